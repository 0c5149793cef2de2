from __future__ import annotations

import gc

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from velatura_backend.engines import registry
from velatura_backend.engines.base import CancelToken, EngineTask
from velatura_backend.engines.builtin.warm import compile_all, tasks_of, warm_up
from velatura_backend.engines.specs import FILL, RECOLOUR
from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Intent, Operation

BUILT_IN = [spec for spec in registry.specs() if not spec.is_for_checks]


class Context:
    cancel = CancelToken(np.zeros(1, np.int64), 1)
    threads = 2

    def wants_preview(self) -> bool:
        return True


@pytest.fixture(scope="module")
def compiled() -> list[float]:
    told: list[float] = []
    compile_all(told.append)
    return told


def overloads() -> dict[str, int]:
    """How many types of arguments each kernel has been compiled for."""
    # By its type: what torch has for deprecated names complains when asked for its class.
    kernels = [each for each in gc.get_objects() if issubclass(type(each), Dispatcher)]
    return {
        f"{each.py_func.__module__}.{each.py_func.__name__}": len(each.overloads)
        for each in kernels
        if each.py_func.__module__.startswith("velatura_backend")
    }


def picture(height: int, width: int, channels: int) -> np.ndarray:
    """Smooth, as photographs are, with a little grain."""
    y, x = np.mgrid[0:height, 0:width]
    random = np.random.default_rng(3)
    waves = [np.sin(x / (5 + 2 * c)) * np.cos(y / (7 + c)) for c in range(channels)]
    image = 0.5 + 0.3 * np.stack(waves, axis=2) + random.normal(0, 0.01, (height, width, channels))
    image[..., -1] = 1.0
    return image.astype(np.float32)


def test_progress_is_told(compiled: list[float]) -> None:
    assert compiled == sorted(compiled)
    assert (compiled[0], compiled[-1]) == (0.0, 1.0)
    told: list[float] = []
    warm_up(told.append)
    assert told[-1] == 1.0


@pytest.mark.parametrize("spec", BUILT_IN, ids=[each.id for each in BUILT_IN])
def test_a_first_use_compiles_nothing(compiled: list[float], spec: EngineSpec) -> None:
    before = overloads()
    operation = spec.operations[0]
    image = picture(72, 104, 4)
    mask = np.zeros((72, 104), np.float32)
    mask[20:50, 30:70] = 1.0
    task = EngineTask(
        operation,
        Intent.REMOVE if operation is Operation.FILL else Intent.NONE,
        image,
        mask,
        seed=3,
        scale=2.0 if operation is Operation.UPSCALE else None,
        target=(60, 120) if operation is Operation.RETARGET else None,
    )
    for _ in registry.create(spec.id).run(task, Context()):
        pass
    assert overloads() == before


def test_nor_does_a_large_cut_out(compiled: list[float]) -> None:
    before = overloads()
    image = picture(1500, 1600, 4)
    mask = np.zeros((1500, 1600), np.float32)
    mask[200:300, 300:420] = 1.0
    task = EngineTask(Operation.CUT_OUT, Intent.NONE, image, mask, seed=3)
    for _ in registry.create("builtin_cut_out").run(task, Context()):
        pass
    assert any(name.endswith("scales._follow") for name in before)
    assert overloads() == before


def test_every_way_of_an_engine_is_gone() -> None:
    tasks = list(tasks_of(RECOLOUR))
    modes = {task.parameters.get("mode", "palette") for task in tasks}
    assert modes == {choice.id for choice in RECOLOUR.parameters[0].choices}
    assert any(task.images for task in tasks)
    assert {task.intent for task in tasks_of(FILL)} == {FILL.intents[0]}
