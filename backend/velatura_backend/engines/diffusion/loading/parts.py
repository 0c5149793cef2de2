"""The parts of one installed model, in memory while they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ....models.residency import Residency, ResidencyLimits
from ...resources import EngineResources
from ..families.table import Stage
from ..memory.placement import form_of, is_streamed, tiling
from .components import Source


def residency_of(resources: EngineResources) -> Residency:
    """The one that all models of a worker share."""
    limits = ResidencyLimits(device=resources.memory or None)
    return resources.keep.get(Residency, lambda: Residency(resources.device, limits))


class Tools:
    """Tokenizers and processors that were loaded: small, and no networks."""

    def __init__(self) -> None:
        self.loaded: dict[tuple[str, str], Any] = {}


class Parts:
    """``check`` is called between parts and while they are copied, and raises to stop."""

    def __init__(
        self, source: Source, resources: EngineResources, check: Callable[[], None]
    ) -> None:
        self.source = source
        self._check = check
        self._tools = resources.keep.get(Tools, Tools)
        self._residency = residency_of(resources)

    @contextmanager
    def use(self, *names: str) -> Iterator[dict[str, Any]]:
        """These components by name, on the device until the block ends."""
        if not names:
            yield {}
            return
        self._check()
        first, *others = names
        with self._one(first) as part, self.use(*others) as rest:
            yield {first: part, **rest}

    @contextmanager
    def _one(self, name: str) -> Iterator[Any]:
        component = self.source.row.component(name)
        if not self.source.is_network(component):
            yield self._tool(name)
            return
        model, plan, stage = self.source.model.id, self.source.plan, component.stage
        load = self.source.loader(component)
        streamed = is_streamed(stage, plan)
        placed = self._residency.use(
            model, name + form_of(stage, plan), load, streamed=streamed, check=self._check
        )
        with placed as part, tiling(part, plan.tiled and stage is Stage.PICTURE):
            yield part

    def _tool(self, name: str) -> Any:
        key = (self.source.model.id, name)
        if key not in self._tools.loaded:
            self._tools.loaded[key] = self.source.load(self.source.row.component(name))
        return self._tools.loaded[key]
