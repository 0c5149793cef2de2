"""What is compared: our engine and its peers, each as a function of picture and hole."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.warm import warm_up
from velatura_protocol.tasks import Intent, Operation

from .masks import BoolMask
from .measures import Picture

Method = Callable[[Picture, BoolMask], tuple[Picture, float]]
"""Returns the filled picture and the seconds it took."""

THREADS = 2


@dataclass(frozen=True)
class Context:
    cancel: CancelToken
    threads: int = THREADS

    def wants_preview(self) -> bool:
        return False


def methods() -> dict[str, Method]:
    return {
        "velatura": velatura,
        "gmic": gmic_matchpatch,
        "pypatchmatch": pypatchmatch,
        "telea": telea,
        "navier_stokes": navier_stokes,
    }


def prepare(names: list[str]) -> None:
    """Loads and compiles what is not part of anybody's time."""
    if "velatura" in names:
        warm_up()


def velatura(image: Picture, hole: BoolMask) -> tuple[Picture, float]:
    """Engine time on a warm worker, two threads."""
    opaque = np.ones((*hole.shape, 1), np.float32)
    pixels = np.concatenate([image.astype(np.float32) / 255.0, opaque], axis=2)
    task = EngineTask(Operation.FILL, Intent.REMOVE, pixels, hole.astype(np.float32), seed=0)
    context = Context(CancelToken(np.zeros(1, np.int64), 1))
    start = time.perf_counter()
    *_, result = FillEngine().run(task, context)
    seconds = time.perf_counter() - start
    assert isinstance(result, EngineResult)
    return np.clip(result.image[..., :3] * 255.0 + 0.5, 0, 255).astype(np.uint8), seconds


def gmic_matchpatch(image: Picture, hole: BoolMask) -> tuple[Picture, float]:
    """G'MIC's "Inpaint [Multi-Scale]" at its defaults, less the time it takes to start, read and
    write. Its own blending of the border, outside the hole too, is left as it made it."""
    filter_ = ["-inpaint_matchpatch[0]", "[1],0,9,10,5,1"]
    _, overhead = _gmic(image, hole, [])
    filled, seconds = _gmic(image, hole, filter_)
    return filled, max(seconds - overhead, 0.0)


def _gmic(image: Picture, hole: BoolMask, commands: list[str]) -> tuple[Picture, float]:
    with tempfile.TemporaryDirectory() as folder:
        picture, mask, out = (Path(folder) / name for name in ("a.ppm", "m.pgm", "out.ppm"))
        Image.fromarray(image).save(picture)
        Image.fromarray(hole.astype(np.uint8) * 255).save(mask)
        words = ["gmic", "-v", "-", str(picture), str(mask), *commands, "-o[0]", str(out)]
        start = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True)
        seconds = time.perf_counter() - start
        return np.asarray(Image.open(out).convert("RGB")), seconds


def pypatchmatch(image: Picture, hole: BoolMask) -> tuple[Picture, float]:
    """``patch_size`` is a radius; 3, as in its examples."""
    import patchmatch

    mask = hole.astype(np.uint8) * 255
    return _timed(patchmatch.inpaint, np.ascontiguousarray(image), mask, patch_size=3)


def telea(image: Picture, hole: BoolMask) -> tuple[Picture, float]:
    import cv2

    return _opencv(image, hole, cv2.INPAINT_TELEA)


def navier_stokes(image: Picture, hole: BoolMask) -> tuple[Picture, float]:
    import cv2

    return _opencv(image, hole, cv2.INPAINT_NS)


def _opencv(image: Picture, hole: BoolMask, kind: int) -> tuple[Picture, float]:
    import cv2

    cv2.setNumThreads(THREADS)
    mask = hole.astype(np.uint8) * 255
    return _timed(cv2.inpaint, np.ascontiguousarray(image), mask, 5, kind)


def _timed(function: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Picture, float]:
    start = time.perf_counter()
    filled = function(*arguments, **named)
    return np.asarray(filled, np.uint8), time.perf_counter() - start
