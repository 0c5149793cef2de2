"""Pictures and tasks for the tests of vary, tile and retarget."""

from __future__ import annotations

import numpy as np

from tests.contracts.engine import RecordingContext, result_of
from velatura_backend.engines.base import EngineResult, EngineTask
from velatura_backend.engines.builtin.vary.retarget import RetargetEngine
from velatura_backend.engines.builtin.vary.tile import TileEngine
from velatura_backend.engines.builtin.vary.vary import VaryEngine
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation

ENGINES = {
    Operation.VARY: VaryEngine,
    Operation.TILE: TileEngine,
    Operation.RETARGET: RetargetEngine,
}
OPERATIONS = tuple(ENGINES)


def spots(height: int, width: int, channels: int = 4, seed: int = 0):
    """A texture of soft spots, opaque."""
    random = np.random.default_rng(seed)
    coarse = random.random((height // 5 + 2, width // 5 + 2, channels))
    image = coarse.repeat(5, 0).repeat(5, 1)[:height, :width].astype(np.float32)
    image += random.normal(0, 0.02, image.shape).astype(np.float32)
    image[..., -1] = 1.0
    return image


def make_task(
    operation: Operation,
    image,
    mask=None,
    seed: int = 1,
    strength: float = 1.0,
    target: tuple[int, int] | None = None,
    parameters: dict[str, ParameterValue] | None = None,
    **masks,
) -> EngineTask:
    mask = np.ones(image.shape[:2], np.float32) if mask is None else mask
    if operation is Operation.RETARGET and target is None:
        target = (image.shape[0], max(1, image.shape[1] * 3 // 2))
    return EngineTask(
        operation,
        Intent.NONE,
        image,
        mask,
        seed,
        masks=masks,
        parameters=parameters or {},
        strength=strength,
        target=target,
    )


def events_of(task: EngineTask, **context):
    return list(ENGINES[task.operation]().run(task, RecordingContext(**context)))


def made(task: EngineTask, **context) -> EngineResult:
    return result_of(events_of(task, previews=False, **context))


def size_wanted(task: EngineTask) -> tuple[int, int]:
    return task.target or (task.image.shape[0], task.image.shape[1])


def leaf():
    """A texture in a shape, and under its transparency a colour that must not show."""
    image = spots(96, 96)
    ys, xs = np.mgrid[0:96, 0:96]
    image[..., 3] = np.clip((40.0 - np.hypot(ys - 48, xs - 48)) / 4.0, 0.0, 1.0)
    image[image[..., 3] == 0.0, :3] = (0.0, 50.0, 0.0)
    return image
