"""What the panel knows of models; frozen, a part of :class:`.state.PanelState`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from velatura_protocol.messages import ErrorInfo, InstalledModelInfo, ModelPlace, OfferedModel
from velatura_protocol.parameters import Choice


@dataclass(frozen=True)
class ModelWork:
    """Something that the backend does for the panel. ``id``: the model that was asked for, or the
    place that is taken in. ``done`` of ``total`` bytes, 0 while unknown."""

    id: str
    done: int = 0
    total: int = 0
    stopping: bool = False

    @property
    def fraction(self) -> float | None:
        return self.done / self.total if self.total else None


@dataclass(frozen=True)
class ModelTrouble:
    """What the last attempt at ``id`` ended with."""

    id: str
    error: ErrorInfo


@dataclass(frozen=True)
class ModelsView:
    """``is_open``: the list is looked at. ``is_known``: the backend has answered; before that the
    lists say nothing. ``can_run``: it has the libraries that models need. ``is_put_off``: the user
    has waved the offer away. ``control_kinds``: what a control network may have been made for."""

    is_open: bool = False
    is_known: bool = False
    installed: tuple[InstalledModelInfo, ...] = ()
    offered: tuple[OfferedModel, ...] = ()
    places: tuple[ModelPlace, ...] = ()
    can_run: bool = True
    works: tuple[ModelWork, ...] = ()
    troubles: tuple[ModelTrouble, ...] = ()
    is_put_off: bool = False
    control_kinds: tuple[Choice, ...] = ()

    @property
    def suggestion(self) -> OfferedModel | None:
        """What to begin with: the smallest that paints and suits this machine."""
        painting = [each for each in self.offered if each.operations]
        good = [each for each in painting if each.recommended]
        return next(iter(good or painting), None)

    def offer(self, model: str) -> OfferedModel | None:
        return next((each for each in self.offered if each.id == model), None)

    def work(self, thing: str) -> ModelWork | None:
        return next((each for each in self.works if each.id == thing), None)

    def trouble(self, thing: str) -> ModelTrouble | None:
        return next((each for each in self.troubles if each.id == thing), None)

    def size(self, model: str) -> tuple[int, int]:
        """Bytes of it and of what it needs and is not there: those that have come, and all."""
        offer = self.offer(model)
        if offer is None:
            return (0, 0)
        wanted = [offer, *filter(None, map(self.offer, offer.needs))]
        return sum(each.arrived for each in wanted), sum(each.bytes for each in wanted)

    def with_work(self, work: ModelWork) -> ModelsView:
        others = tuple(each for each in self.works if each.id != work.id)
        troubles = tuple(each for each in self.troubles if each.id != work.id)
        return replace(self, works=(*others, work), troubles=troubles)

    def without_work(self, thing: str, error: ErrorInfo | None = None) -> ModelsView:
        works = tuple(each for each in self.works if each.id != thing)
        troubles = tuple(each for each in self.troubles if each.id != thing)
        if error is not None:
            troubles = (*troubles, ModelTrouble(thing, error))
        return replace(self, works=works, troubles=troubles)


@dataclass(frozen=True)
class ModelsChanged:
    view: ModelsView
