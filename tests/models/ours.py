"""The tiny model in our own engine: imported like any model, painted with as a worker does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.models.asked import Asked
from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.diffusion.engine import DiffusionEngine
from velatura_backend.engines.diffusion.making import make_engine
from velatura_backend.engines.diffusion.specs import spec_of
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.importing import import_models
from velatura_backend.models.store import ModelStore
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation

MODEL = Path(__file__).parent / "tiny_inpaint"

PARAMETERS: Mapping[str, ParameterValue] = {
    "steps": 20,
    "guidance": 5.0,
    # The model draws a shape in the whole hole: an edge of 32 pixels is a third of it.
    "feather": 0.0,
    "least_feather": 0,
    "grow": 0,
}


@dataclass(frozen=True)
class Context:
    """Nobody cancels, nobody looks."""

    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), 1))
    threads: int = 1

    def wants_preview(self) -> bool:
        return False


def engine_of(folder: Path, data: Path) -> DiffusionEngine:
    """The engine of the model in ``folder``, recognised by its tensors; ``data`` for the store."""
    store = ModelStore(data)
    model = import_models(store, folder).models[0]
    return make_engine(model, spec_of(model, store), EngineResources(store))


def as_crop(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """``(height, width, 3)`` bytes to the four float channels engines take, opaque."""
    opaque = np.full((*picture.shape[:2], 1), 255, np.uint8)
    return np.concatenate([picture, opaque], axis=2).astype(np.float32) / np.float32(255)


def task_for(asked: Asked) -> EngineTask:
    """What a panel would send for that request."""
    return EngineTask(
        Operation.FILL,
        Intent.ADD,
        as_crop(asked.picture()),
        asked.mask().astype(np.float32),
        asked.seed,
        parameters=PARAMETERS,
        prompt=asked.sentence,
    )


def run(engine: DiffusionEngine, task: EngineTask) -> NDArray[np.uint8]:
    """The finished crop, ``(height, width, 3)`` in bytes."""
    result = list(engine.run(task, Context()))[-1]
    assert isinstance(result, EngineResult)
    assert isinstance(result.image, np.ndarray)
    return np.rint(np.clip(result.image[..., :3], 0, 1) * 255).astype(np.uint8)


def restyling(
    picture: NDArray[np.uint8], prompt: str, strength: float, seed: int = 1
) -> EngineTask:
    """All of a picture, as much of it as ``strength`` allows."""
    blank = EngineTask(
        Operation.RESTYLE,
        Intent.NONE,
        as_crop(picture),
        np.ones(picture.shape[:2], np.float32),
        seed,
        parameters=PARAMETERS,
    )
    return replace(blank, prompt=prompt, strength=strength)
