"""Tasks for an engine over a painter whose every stroke is known, and what it makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.backend.engines.diffusion.painters import KnownPainter
from tests.contracts.engine import (
    RecordingContext,
    hole_in,
    picture,
    result_of,
)
from velatura_backend.engines.base import (
    EngineEvent,
    EngineTask,
    FloatImage,
)
from velatura_backend.engines.diffusion.engine import DiffusionEngine
from velatura_backend.engines.diffusion.specs import spec_of
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.tasks import Intent, Operation


class EmptyShelf:
    def all(self) -> tuple[InstalledModel, ...]:
        return ()

    def get(self, model_id: str) -> InstalledModel:
        raise KeyError(model_id)

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return ()


MODEL = InstalledModel(
    "known", "Known", ModelKind.CHECKPOINT, Family.SD15, Path("nowhere"), ModelForm.FOLDER
)


def engine_with(painter: KnownPainter) -> DiffusionEngine:
    shelf = EmptyShelf()
    return DiffusionEngine(MODEL, EngineResources(shelf), spec_of(MODEL, shelf), painter)


def make_task(
    operation: Operation = Operation.FILL, intent: Intent = Intent.FILL, side: int = 96, **changes
) -> EngineTask:
    image = changes.pop("image", picture(side, side + 8, 4))
    mask = changes.pop("mask", hole_in(*image.shape[:2]))
    return EngineTask(operation, intent, image, mask, 3, **changes)


def run(
    task: EngineTask, painter: KnownPainter | None = None, context: RecordingContext | None = None
) -> list[EngineEvent]:
    engine = engine_with(painter or KnownPainter())
    return list(engine.run(task, context or RecordingContext()))


def made(task: EngineTask, painter: KnownPainter | None = None) -> FloatImage:
    image = result_of(run(task, painter)).image
    assert isinstance(image, np.ndarray)
    assert image.dtype == np.float32
    return image
