"""What a worker has beyond one order: the installed models, and what engines keep loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from velatura_protocol.errors import NotFound

from ..models.records import Family, InstalledModel, ModelKind, ModelShelf

Kept = TypeVar("Kept")


class Keep:
    """One thing of each type, made when it is first asked for and kept until the worker ends: how
    loaded models outlive the order that loaded them without any state of a module."""

    def __init__(self) -> None:
        self._things: dict[type[object], object] = {}

    def get(self, kind: type[Kept], make: Callable[[], Kept]) -> Kept:
        if kind not in self._things:
            self._things[kind] = make()
        return cast("Kept", self._things[kind])

    def find(self, kind: type[Kept]) -> Kept | None:
        """What is kept of it already."""
        return cast("Kept | None", self._things.get(kind))


class _EmptyShelf:
    def all(self) -> tuple[InstalledModel, ...]:
        return ()

    def get(self, model_id: str) -> InstalledModel:
        raise NotFound(what="model", id=model_id)

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return ()


NO_MODELS: ModelShelf = _EmptyShelf()


@dataclass(frozen=True)
class EngineResources:
    """Handed to engines that run on installed models, together with the model they are made for.
    ``device``: ``cpu``, ``cuda``, ``mps``. ``threads``: how many an engine may use. ``memory``: the
    most bytes of the device that models may take, 0 for all there are."""

    models: ModelShelf
    device: str = "cpu"
    threads: int = 1
    keep: Keep = field(default_factory=Keep)
    memory: int = 0
