"""The engine of an installed model, put together."""

from __future__ import annotations

from velatura_protocol.engines import EngineSpec

from ...models.records import InstalledModel
from ..resources import EngineResources
from .engine import DiffusionEngine
from .painting.painter import DiffusionPainter


def make_engine(
    model: InstalledModel, spec: EngineSpec, resources: EngineResources
) -> DiffusionEngine:
    """:raises velatura_protocol.errors.Unsupported: no row has the model's family"""
    return DiffusionEngine(model, resources, spec, DiffusionPainter(model, resources))
