"""Compiles every kernel before anybody waits for one.

The installer and each worker call :func:`warm_up`; numba keeps what it compiled under
``NUMBA_CACHE_DIR``, so all but the first call on a machine only load it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from velatura_protocol.tasks import Intent, Operation

from ..base import CancelToken, EngineTask
from .fill import FillEngine

_SIDE = 96


@dataclass(frozen=True)
class _QuietContext:
    cancel: CancelToken
    threads: int = 1

    def wants_preview(self) -> bool:
        return False


def warm_up(progress: Callable[[float], None] | None = None) -> None:
    """Runs small fills through every kernel, for each type of array they are called with.

    ``progress`` is told the fraction done, from 0 to 1. About 12 s of one core on a machine that
    has never done it, a second from the cache.
    """
    context = _QuietContext(CancelToken(np.zeros(1, np.int64), 1))
    tasks = list(_tasks())
    for done, task in enumerate(tasks):
        if progress is not None:
            progress(done / len(tasks))
        for _ in FillEngine().run(task, context):
            pass
    if progress is not None:
        progress(1.0)


def _tasks() -> Iterator[EngineTask]:
    """A thick hole goes through the pyramid, a thin one through the biharmonic start, and one that
    leaves no whole patch through the smooth fill. What is slightly noisy gets grain."""
    image = np.random.default_rng(0).random((_SIDE, _SIDE, 4), dtype=np.float32)
    thick, thin, frame = (np.zeros((_SIDE, _SIDE), np.float32) for _ in range(3))
    thick[30:60, 30:60] = 1.0
    thin[40:43, 10:80] = 1.0
    frame[3:, 3:] = 1.0
    for mask in (thick, thin, frame):
        yield EngineTask(Operation.FILL, Intent.REMOVE, image, mask, seed=0)
    grainy = np.random.default_rng(1).normal(0.5, 0.02, image.shape).astype(np.float32)
    grainy[..., 3] = 1.0
    yield EngineTask(Operation.FILL, Intent.REMOVE, grainy, thin, seed=0)
