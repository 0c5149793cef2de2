"""All engines there are at this moment: the built-in ones and those of the installed models.

The server, the workers and the command line each look at the store of models themselves: what one
of them installs, the others see without being told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast, overload

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NotFound

from ..models.records import InstalledModel, ModelKind, ModelShelf
from . import registry
from .diffusion.adapters.parameters import styles_stamp
from .diffusion.specs import TARGET, is_profile_installed, specs_of
from .resources import EngineResources
from .super_resolution.specs import TARGET as NETWORK_TARGET
from .super_resolution.specs import network_specs_of

if TYPE_CHECKING:
    from .base import Engine


class Shelf(ModelShelf, Protocol):
    """Models that come and go."""

    def stamp(self) -> object:
        """Equal as long as nothing has come, gone or changed; cheap to ask."""
        ...


class Catalogue(Sequence[EngineSpec]):
    """The specs, in the order panels list them; a sequence that is read anew each time it is
    looked at. ``runs_models``: the libraries for them are installed."""

    def __init__(self, shelf: Shelf | None = None, *, runs_models: bool | None = None) -> None:
        self._shelf = shelf
        self._runs_models = is_profile_installed() if runs_models is None else runs_models
        self._stamp: object = None
        self._of_models: tuple[EngineSpec, ...] = ()

    def specs(self) -> tuple[EngineSpec, ...]:
        return (*registry.specs(), *self.of_models())

    def of_models(self) -> tuple[EngineSpec, ...]:
        """Those of the installed models alone; none where nothing could run them."""
        if self._shelf is None or not self._runs_models:
            return ()
        stamp = (self._shelf.stamp(), styles_stamp(self._shelf))
        if stamp != self._stamp:
            self._of_models = (*specs_of(self._shelf), *network_specs_of(self._shelf))
            self._stamp = stamp
        return self._of_models

    def spec(self, engine_id: str) -> EngineSpec:
        """:raises NotFound: no such engine"""
        found = next((each for each in self.specs() if each.id == engine_id), None)
        if found is None:
            raise NotFound(what="engine", id=engine_id)
        return found

    @overload
    def __getitem__(self, index: int) -> EngineSpec: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[EngineSpec, ...]: ...
    def __getitem__(self, index: int | slice) -> EngineSpec | tuple[EngineSpec, ...]:
        return self.specs()[index]

    def __len__(self) -> int:
        return len(self.specs())

    def __iter__(self) -> Iterator[EngineSpec]:
        return iter(self.specs())


def create(spec: EngineSpec, resources: EngineResources) -> Engine:
    """A new engine, the one that ``spec`` describes; imports its module.

    :raises NotFound: no such engine, or its model is gone
    """
    if not spec.weights:
        return registry.create(spec.id)
    model = resources.models.get(spec.id)
    target = NETWORK_TARGET if model.kind is ModelKind.UPSCALER else TARGET
    module, _, name = target.partition(":")
    make = cast(
        "Callable[[InstalledModel, EngineSpec, EngineResources], Engine]",
        getattr(import_module(module), name),
    )
    return make(model, spec, resources)
