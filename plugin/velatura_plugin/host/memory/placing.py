"""Where the layers of a job go, and what they become there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.provenance import Provenance

from ..base import LayerContent, LayerKind, PatchContent, ResultContent, Spot
from .tree import Contents, MemoryLayer

ON_CANVAS = (Placement.ABOVE, Placement.BELOW, Placement.TOP)


@dataclass(frozen=True)
class Placer:
    """Puts layers into contents and hands back the changed contents."""

    new_id: Callable[[], str]

    def staged(self, contents: Contents, job: str, result: ResultContent, spot: Spot) -> Contents:
        block = self._branch(result)
        if not block:
            return contents
        top = replace(block[-1], name=f"[Preview] {block[-1].name}")
        shown = tuple(replace(each, job=job) for each in (*block[:-1], top))
        return self.put(contents, shown, _placement(result), spot)

    def accepted(self, contents: Contents, result: ResultContent, spot: Spot) -> Contents:
        """``result`` with those of its layers that belong onto the canvas or make it larger."""
        for layer in result.layers:
            if layer.placement is Placement.RESIZE_DOCUMENT:
                resized = contents.resized(layer.region)
                if layer.scale != 1.0:
                    resized = resized.scaled(layer.scale)
                own = replace(self.made(layer, result), patches=in_own_pixels(layer))
                contents = self.put(resized, (own,), Placement.TOP, Spot())
        block = self._branch(result)
        return self._collected(contents, block, _placement(result), spot) if block else contents

    def grouped(
        self, contents: Contents, name: str, results: tuple[ResultContent, ...], spot: Spot
    ) -> Contents:
        """One group of all of them, the first on top and visible, the others hidden."""
        group = self._group(name, results[0].provenance)
        block: list[MemoryLayer] = []
        for number, result in reversed(list(enumerate(results))):
            block += self._member(result, group.id, is_visible=number == 0)
        return self.put(contents, (*block, group), Placement.ABOVE, spot)

    def put(
        self,
        contents: Contents,
        block: tuple[MemoryLayer, ...],
        placement: Placement,
        spot: Spot,
    ) -> Contents:
        group = group_of(contents, spot)
        if group is not None:
            return contents.inserted(block, contents.index(group.id), group.id)
        anchor = anchor_of(contents, spot)
        if placement is Placement.TOP:
            return contents.inserted(block, len(contents.layers), "")
        if placement is Placement.BELOW:
            lowest = contents.branch(anchor)[0]
            return contents.inserted(block, contents.index(lowest.id), anchor.parent)
        return contents.inserted(block, contents.index(anchor.id) + 1, anchor.parent)

    def made(self, layer: LayerContent, result: ResultContent) -> MemoryLayer:
        return MemoryLayer(
            layer.name,
            layer.patches,
            layer.opacity,
            provenance=result.provenance,
            id=self.new_id(),
            blend=layer.blend,
        )

    def _collected(
        self,
        contents: Contents,
        block: tuple[MemoryLayer, ...],
        placement: Placement,
        spot: Spot,
    ) -> Contents:
        """``block``: a layer, or a group after what lies in it."""
        if not spot.group or group_of(contents, spot) is not None:
            return self.put(contents, block, placement, spot)
        top = block[-1]
        group = self._group(spot.group, top.provenance)
        inside = (*block[:-1], replace(top, parent=group.id))
        return self.put(contents, (*inside, group), placement, spot)

    def _group(self, name: str, provenance: Provenance | None) -> MemoryLayer:
        """Of results: it stays one though the user puts something of their own into it."""
        return MemoryLayer(name, provenance=provenance, id=self.new_id(), kind=LayerKind.GROUP)

    def _member(
        self, result: ResultContent, parent: str, *, is_visible: bool
    ) -> tuple[MemoryLayer, ...]:
        *inside, top = self._branch(result)
        return (*inside, replace(top, parent=parent, visible=is_visible))

    def _branch(self, result: ResultContent) -> tuple[MemoryLayer, ...]:
        """What lies on the canvas of it: nothing, a layer, or a group after what lies in it."""
        layers = [self.made(each, result) for each in result.layers if is_on_canvas(each)]
        if len(layers) < 2:
            return tuple(layers)
        group = self._group(result.group_name, result.provenance)
        return (*(replace(each, parent=group.id) for each in layers), group)


def is_on_canvas(layer: LayerContent) -> bool:
    return layer.placement in ON_CANVAS


def _placement(result: ResultContent) -> Placement:
    """Of what lies on the canvas: where the lowest goes."""
    placed = (each.placement for each in result.layers if is_on_canvas(each))
    return next(placed, Placement.ABOVE)


def group_of(contents: Contents, spot: Spot) -> MemoryLayer | None:
    """The group that collects, if it has been made and is still called so."""
    groups = (each for each in contents.own_layers() if each.is_group)
    return next((each for each in groups if spot.group and each.name == spot.group), None)


def anchor_of(contents: Contents, spot: Spot) -> MemoryLayer:
    """The captured layer, or the active one if it is gone."""
    captured = contents.get(spot.layer) if spot.layer else None
    return captured or contents.layers[contents.index(contents.active)]


def as_document(layer: LayerContent, new: MemoryLayer) -> Contents:
    """The layer as a document."""
    size = layer.region.size.scaled(layer.scale)
    return Contents(size, (replace(new, patches=in_own_pixels(layer)),), new.id)


def in_own_pixels(layer: LayerContent) -> tuple[PatchContent, ...]:
    """Its patches with the corner of its region at 0, 0 and its scale taken in."""
    corner, scale = layer.region, layer.scale
    return tuple(
        replace(each, region=_placed_at(each, corner.x, corner.y, scale)) for each in layer.patches
    )


def _placed_at(patch: PatchContent, left: int, top: int, scale: float) -> Rect:
    size = patch.pixels.size
    x, y = round((patch.region.x - left) * scale), round((patch.region.y - top) * scale)
    return Rect(x, y, size.width, size.height)
