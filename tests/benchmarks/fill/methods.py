"""What is compared: our engine and its peers, each as a function of picture and hole."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.warm import warm_up
from velatura_protocol.tasks import Intent, Operation

from .masks import BoolMask
from .measures import Picture
from .resynthesizer import heal

THREADS = 2
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Duration:
    """Seconds by the clock, and of all cores together: the latter hardly depends on what else the
    machine is doing."""

    clock: float
    cpu: float


Method = Callable[[Picture, BoolMask], tuple[Picture, Duration]]
"""The picture with its hole filled, and how long that took."""
"""Returns the filled picture and how long it took."""


@dataclass(frozen=True)
class Context:
    cancel: CancelToken
    threads: int = THREADS

    def wants_preview(self) -> bool:
        return False


def methods(intent: Intent = Intent.FILL) -> dict[str, Method]:
    """``intent``: Velatura's; no peer asks whether something is to go or a hole is to be filled."""
    return {
        "velatura": partial(velatura, intent=intent),
        "gmic": gmic_matchpatch,
        "pypatchmatch": pypatchmatch,
        "resynthesizer": resynthesizer,
        "telea": telea,
        "navier_stokes": navier_stokes,
    }


def prepare(names: list[str]) -> None:
    """Loads and compiles what is not part of anybody's time."""
    if "velatura" in names:
        warm_up()


def velatura(
    image: Picture, hole: BoolMask, seed: int = 0, intent: Intent = Intent.FILL
) -> tuple[Picture, Duration]:
    """Engine time on a warm worker, two threads."""
    opaque = np.ones((*hole.shape, 1), np.float32)
    pixels = np.concatenate([image.astype(np.float32) / 255.0, opaque], axis=2)
    task = EngineTask(Operation.FILL, intent, pixels, hole.astype(np.float32), seed)
    context = Context(CancelToken(np.zeros(1, np.int64), 1))
    events, duration = _timed(lambda: list(FillEngine().run(task, context)))
    result = events[-1]
    assert isinstance(result, EngineResult)
    assert isinstance(result.image, np.ndarray)
    return np.clip(result.image[..., :3] * 255.0 + 0.5, 0, 255).astype(np.uint8), duration


def gmic_matchpatch(image: Picture, hole: BoolMask) -> tuple[Picture, Duration]:
    """G'MIC's "Inpaint [Multi-Scale]" at its defaults, less the time it takes to start, read and
    write. Its own blending of the border, outside the hole too, is left as it made it."""
    filter_ = ["-inpaint_matchpatch[0]", "[1],0,9,10,5,1"]
    _, overhead = _gmic(image, hole, [])
    filled, total = _gmic(image, hole, filter_)
    clock, cpu = total.clock - overhead.clock, total.cpu - overhead.cpu
    return filled, Duration(max(clock, 0.0), max(cpu, 0.0))


def _gmic(image: Picture, hole: BoolMask, commands: list[str]) -> tuple[Picture, Duration]:
    with tempfile.TemporaryDirectory() as folder:
        picture, mask, out = (Path(folder) / name for name in ("a.ppm", "m.pgm", "out.ppm"))
        Image.fromarray(image).save(picture)
        Image.fromarray(hole.astype(np.uint8) * 255).save(mask)
        words = ["gmic", "-v", "-", str(picture), str(mask), *commands, "-o[0]", str(out)]
        _, duration = _timed(lambda: subprocess.run(words, check=True, capture_output=True))
        return np.asarray(Image.open(out).convert("RGB")), duration


def pypatchmatch(image: Picture, hole: BoolMask) -> tuple[Picture, Duration]:
    """``patch_size`` is a radius; 3, as in its examples."""
    import patchmatch

    mask = hole.astype(np.uint8) * 255
    whole = np.ascontiguousarray(image)
    filled, duration = _timed(lambda: patchmatch.inpaint(whole, mask, patch_size=3))
    return np.asarray(filled, np.uint8), duration


def resynthesizer(image: Picture, hole: BoolMask) -> tuple[Picture, Duration]:
    return _timed(lambda: heal(image, hole))


def telea(image: Picture, hole: BoolMask) -> tuple[Picture, Duration]:
    import cv2

    return _opencv(image, hole, cv2.INPAINT_TELEA)


def navier_stokes(image: Picture, hole: BoolMask) -> tuple[Picture, Duration]:
    import cv2

    return _opencv(image, hole, cv2.INPAINT_NS)


def _opencv(image: Picture, hole: BoolMask, kind: int) -> tuple[Picture, Duration]:
    import cv2

    cv2.setNumThreads(THREADS)
    mask = hole.astype(np.uint8) * 255
    whole = np.ascontiguousarray(image)
    filled, duration = _timed(lambda: cv2.inpaint(whole, mask, 5, kind))
    return np.asarray(filled, np.uint8), duration


def _timed(work: Callable[[], Outcome]) -> tuple[Outcome, Duration]:
    clock, cpu = time.perf_counter(), _cpu_seconds()
    outcome = work()
    return outcome, Duration(time.perf_counter() - clock, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    """Of this process, all its threads, and the children it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
