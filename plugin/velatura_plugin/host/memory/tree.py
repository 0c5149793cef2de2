"""A document's layers as one flat list: a group follows what lies in it, as it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import PixelFormat, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource

from ..base import LayerInfo, LayerKind, PatchContent, Selection
from ..samples import Raster, stretched

_UNSEEN = frozenset({LayerKind.MASK, LayerKind.SELECTION, LayerKind.CHANNEL, LayerKind.FILTER})
"""Nodes without colours of their own: nothing of them is drawn."""


@dataclass(frozen=True)
class MemoryLayer:
    """``job`` names the job whose preview or staged variation it is; empty: the user's own.
    ``parent`` is the id of the group it lies in; empty: none. ``blend`` is noted, not drawn."""

    name: str
    patches: tuple[PatchContent, ...] = ()
    opacity: float = 1.0
    visible: bool = True
    job: str = ""
    provenance: Provenance | None = None
    id: str = ""
    parent: str = ""
    kind: LayerKind = LayerKind.PAINT
    blend: str = "normal"

    @property
    def is_group(self) -> bool:
        return self.kind is LayerKind.GROUP

    def moved(self, dx: int, dy: int) -> MemoryLayer:
        patches = (replace(each, region=each.region.translated(dx, dy)) for each in self.patches)
        return replace(self, patches=tuple(patches))

    def scaled(self, scale: float) -> MemoryLayer:
        return replace(self, patches=tuple(_scaled(each, scale) for each in self.patches))


def _scaled(patch: PatchContent, scale: float) -> PatchContent:
    region = patch.region.scaled(scale)
    mask = None if patch.mask is None else stretched(patch.mask, region.size)
    return PatchContent(region, stretched(patch.pixels, region.size), mask)


@dataclass(frozen=True)
class Contents:
    """Everything of a document that an undo step brings back. ``layers`` from bottom to top;
    ``active`` is the id of one, ``selected`` of those marked in the layer list."""

    size: Size
    layers: tuple[MemoryLayer, ...]
    active: str = ""
    selected: tuple[str, ...] = ()
    selection: Selection | None = None

    def own_layers(self) -> tuple[MemoryLayer, ...]:
        return tuple(each for each in self.layers if not each.job)

    def without_staged(self) -> Contents:
        return replace(self, layers=self.own_layers())

    def get(self, id: str) -> MemoryLayer | None:
        return next((each for each in self.layers if each.id == id), None)

    def index(self, id: str) -> int:
        return next(index for index, each in enumerate(self.layers) if each.id == id)

    def lineage(self, layer: MemoryLayer) -> Iterator[MemoryLayer]:
        """The layer and the groups around it, from the inside out."""
        here: MemoryLayer | None = layer
        while here is not None:
            yield here
            here = self.get(here.parent) if here.parent else None

    def branch(self, layer: MemoryLayer) -> tuple[MemoryLayer, ...]:
        """The layer and all that lies in it."""
        return tuple(
            each
            for each in self.layers
            if any(around.id == layer.id for around in self.lineage(each))
        )

    def infos(self) -> tuple[LayerInfo, ...]:
        """From top to bottom: a group comes before what lies in it."""
        return tuple(self.info(each) for each in reversed(self.own_layers()))

    def info(self, layer: MemoryLayer) -> LayerInfo:
        depth = sum(1 for _ in self.lineage(layer)) - 1
        return LayerInfo(
            layer.id,
            layer.name,
            layer.kind,
            depth,
            layer.visible,
            blend=layer.blend,
            opacity=layer.opacity,
            is_result=self.is_result(layer),
        )

    def is_result(self, layer: MemoryLayer) -> bool:
        inside = [each for each in self.own_layers() if each.parent == layer.id]
        held = layer.is_group and bool(inside) and all(map(self.is_result, inside))
        return layer.provenance is not None or held

    # -- seeing ------------------------------------------------------------------------------------

    def seen(self, source: SampleSource, layer: MemoryLayer) -> tuple[MemoryLayer, ...]:
        """What is drawn, from bottom to top; nothing that is staged."""
        if source is SampleSource.LAYER:
            return self.alone(layer)
        end = self.index(layer.id) + 1 if source is SampleSource.BELOW else len(self.layers)
        return tuple(each for each in self.drawn(self.layers[:end]) if not each.job)

    def alone(self, layer: MemoryLayer) -> tuple[MemoryLayer, ...]:
        """As if it were there by itself, whatever its own opacity and what is around it."""
        shown = replace(layer, visible=True, opacity=1.0, parent="")
        if not layer.is_group:
            return (shown,)
        branch = tuple(shown if each is layer else each for each in self.branch(layer))
        inside = replace(self, layers=branch)
        return tuple(inside.drawn(branch))

    def drawn(self, layers: Iterable[MemoryLayer]) -> Iterator[MemoryLayer]:
        for each in layers:
            visible = all(around.visible for around in self.lineage(each))
            if visible and not each.is_group and each.kind not in _UNSEEN:
                yield each

    # -- changing ----------------------------------------------------------------------------------

    def inserted(self, new: tuple[MemoryLayer, ...], at: int, parent: str) -> Contents:
        """``new`` as one block; those of it without a parent go into ``parent``."""
        placed = tuple(each if each.parent else replace(each, parent=parent) for each in new)
        return replace(self, layers=(*self.layers[:at], *placed, *self.layers[at:]))

    def without(self, layer: MemoryLayer) -> Contents:
        gone = {each.id for each in self.branch(layer)}
        return replace(self, layers=tuple(each for each in self.layers if each.id not in gone))

    def without_job(self, job: str) -> Contents:
        return replace(self, layers=tuple(each for each in self.layers if each.job != job))

    def resized(self, region: Rect) -> Contents:
        """The canvas becomes ``region``: every layer moves with its origin."""
        layers = tuple(each.moved(-region.x, -region.y) for each in self.layers)
        return replace(self, size=region.size, layers=layers, selection=None)

    def scaled(self, scale: float) -> Contents:
        layers = tuple(each.scaled(scale) for each in self.layers)
        return replace(self, size=self.size.scaled(scale), layers=layers, selection=None)


def composite(layers: Iterable[MemoryLayer], region: Rect, format: PixelFormat) -> Pixels:
    raster = Raster.transparent(region, format)
    for layer in layers:
        for patch in layer.patches:
            raster.lay(patch, layer.opacity)
    return raster.pixels()
