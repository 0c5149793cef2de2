"""What a painter is tested with: models on tiny folders, a context to cancel by, small pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from velatura_backend.engines.base import CancelToken, FloatMask
from velatura_backend.engines.diffusion.painting.contract import (
    Painted,
    PaintEvent,
    PaintPreview,
    PaintProgress,
    PaintRequest,
    RgbImage,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.diffusion.recognition.model_file import recognise
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, InstalledModel, ModelKind
from velatura_protocol.errors import NotFound


@dataclass
class Context:
    """``previews``: whether every preview is wanted."""

    previews: bool = True
    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), 1))
    threads: int = 1

    def wants_preview(self) -> bool:
        return self.previews

    def stop(self) -> None:
        self.cancel.flag[0] = self.cancel.serial


@dataclass
class Models:
    """A shelf of these."""

    models: tuple[InstalledModel, ...] = ()
    changes: int = 0

    def all(self) -> tuple[InstalledModel, ...]:
        return self.models

    def get(self, model_id: str) -> InstalledModel:
        for model in self.models:
            if model.id == model_id:
                return model
        raise NotFound(what="model", id=model_id)

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return tuple(
            each
            for each in self.models
            if each.kind is kind and (family is None or each.family is family)
        )

    def stamp(self) -> object:
        return self.models, self.changes


def installed(path: Path, model_id: str = "") -> InstalledModel:
    """What importing this folder or file would record."""
    told = recognise(path)
    return InstalledModel(
        model_id or path.stem,
        path.stem,
        told.kind,
        told.family,
        path,
        told.form,
        variant=told.variant,
        distilled=told.distilled,
        detail=told.detail,
    )


def painter_of(path: Path, *others: InstalledModel, device: str = "cpu") -> DiffusionPainter:
    model = installed(path)
    return DiffusionPainter(model, EngineResources(Models((model, *others)), device))


def events_of(
    painter: DiffusionPainter, request: PaintRequest, context: Context | None = None
) -> list[PaintEvent]:
    return list(painter.paint(request, context or Context()))


def painted(
    painter: DiffusionPainter, request: PaintRequest, context: Context | None = None
) -> Painted:
    last = events_of(painter, request, context or Context(previews=False))[-1]
    assert isinstance(last, Painted)
    return last


def picture(height: int = 64, width: int = 96, seed: int = 0) -> RgbImage:
    """A gradient with some noise."""
    random = np.random.default_rng(seed)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    columns = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    noise = random.normal(0, 0.02, (height, width, 3)).astype(np.float32)
    return np.clip(0.5 * rows + 0.4 * columns + noise, 0, 1).astype(np.float32)


def box_mask(height: int = 64, width: int = 96) -> FloatMask:
    """The middle, with a soft column to its right."""
    mask = np.zeros((height, width), np.float32)
    mask[height // 4 : -height // 4, width // 4 : width // 2] = 1.0
    mask[height // 4 : -height // 4, width // 2 : width // 2 + width // 8] = 0.5
    return mask


def stopping_at(
    painter: DiffusionPainter, request: PaintRequest, when: Callable[[PaintEvent], bool]
) -> list[PaintEvent]:
    """The events until it stops, cancelled by the first that ``when`` says yes to.

    :raises Cancelled: as it should
    """
    context = Context()
    seen: list[PaintEvent] = []
    for event in painter.paint(request, context):
        seen.append(event)
        if when(event):
            context.stop()
    return seen


def progress_of(events: list[PaintEvent]) -> list[PaintProgress]:
    return [each for each in events if isinstance(each, PaintProgress)]


def previews_of(events: list[PaintEvent]) -> list[PaintPreview]:
    return [each for each in events if isinstance(each, PaintPreview)]
