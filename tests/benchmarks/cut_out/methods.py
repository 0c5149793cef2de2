"""What is compared: ours, the selection as drawn, and what is on the package index."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.builtin.cut_out.engine import CutOutEngine
from velatura_protocol.tasks import Intent, Operation

from .subjects import Case

Floats = NDArray[np.float32]
Cut = tuple[Floats, Floats]
"""The matte, and the colours that go with it."""


@dataclass(frozen=True)
class Timed:
    cut: Cut
    seconds: float
    cpu: float


class Context:
    cancel = CancelToken(np.zeros(1, np.int64), 1)
    threads = 2

    def wants_preview(self) -> bool:
        return False


def timed(method: Callable[[Case], Cut], case: Case) -> Timed:
    clock, cpu = time.perf_counter(), time.process_time()
    cut = method(case)
    return Timed(cut, time.perf_counter() - clock, time.process_time() - cpu)


def velatura(case: Case) -> Cut:
    return _run(case, case.selection, {})


def velatura_told(case: Case) -> Cut:
    """Told how much is seen through the subject, where anything is."""
    return _run(case, case.selection, {"see_through": case.clear})


def velatura_drawn_well(case: Case) -> Cut:
    """Given the outline, to two pixels: what the matting does alone."""
    drawn = ndimage.binary_dilation(case.alpha > 0.5, iterations=2).astype(np.float32)
    return _run(case, drawn, {"find_outline": False})


def _run(case: Case, mask: Floats, parameters: dict[str, bool | float]) -> Cut:
    task = EngineTask(
        Operation.CUT_OUT, Intent.NONE, case.image, mask, 0, parameters=dict(parameters)
    )
    result = list(CutOutEngine().run(task, Context()))[-1]
    assert isinstance(result, EngineResult)
    assert isinstance(result.image, np.ndarray)
    assert result.mask is not None
    return result.mask, result.image[..., :3]


def selection(case: Case) -> Cut:
    return case.selection, case.image[..., :3]


def feathered(case: Case) -> Cut:
    return ndimage.gaussian_filter(case.selection, 8), case.image[..., :3]


def grab_cut(case: Case) -> Cut:
    """OpenCV's, five rounds, from the same selection."""
    import cv2

    cv2.setRNGSeed(0)
    picture = np.rint(case.image[..., 2::-1] * 255).astype(np.uint8)
    marks = np.where(case.selection > 0.5, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, marks, None, *models, 5, cv2.GC_INIT_WITH_MASK)  # pyright: ignore
    inside = (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
    return inside.astype(np.float32), case.image[..., :3]


METHODS: dict[str, Callable[[Case], Cut]] = {
    "selection": selection,
    "feathered 8 px": feathered,
    "GrabCut": grab_cut,
    "Velatura": velatura,
    "Velatura, told how clear": velatura_told,
    "Velatura, outline given": velatura_drawn_well,
}
