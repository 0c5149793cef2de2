"""Results in a document whose canvas has grown since they were captured."""

from __future__ import annotations

from dataclasses import dataclass, replace

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.tasks import Intent

from ..host.base import LayerContent, PatchContent, PreviewFrame, ResultContent


@dataclass(frozen=True)
class Growth:
    """A change of a canvas: to ``region``, in its own pixels of before, then by ``scale``."""

    region: Rect
    scale: float = 1.0


@dataclass(frozen=True)
class Held:
    """A document's canvas of now, seen from a capture: ``region`` in the pixels of then, each of
    which is ``scale`` pixels wide now."""

    region: Rect
    scale: float = 1.0

    def after(self, growth: Growth) -> Held:
        region = growth.region if self.scale == 1.0 else growth.region.scaled(1.0 / self.scale)
        moved = region.translated(self.region.x, self.region.y)
        return Held(moved, self.scale * growth.scale)

    @property
    def bounds(self) -> Rect:
        """The canvas in its own pixels."""
        return Rect.of_size(self.region.size.scaled(self.scale))


def growth_of(content: ResultContent) -> Growth | None:
    """What accepting it does to the canvas that it is for; None: nothing."""
    for layer in content.layers:
        if layer.placement is Placement.RESIZE_DOCUMENT:
            return Growth(layer.region, layer.scale)
    return None


def settled(content: ResultContent, held: Held) -> ResultContent:
    """The content as the canvas of now takes it, in that canvas's own pixels.

    An expand never takes away what the canvas has gained meanwhile. Where there is nothing to grow
    any more, a layer only goes on top: a second variation lies over the first.

    :raises Unsupported: the document was scaled meanwhile, and the content is of before
    """
    return replace(content, layers=tuple(_settled(content, each, held) for each in content.layers))


def _settled(content: ResultContent, layer: LayerContent, held: Held) -> LayerContent:
    if layer.placement is Placement.NEW_DOCUMENT:
        return layer
    resizes = layer.placement is Placement.RESIZE_DOCUMENT
    if resizes and layer.scale == held.scale != 1.0 and layer.region == held.region:
        return _in_own_pixels(layer)
    if held.scale != 1.0:
        raise Unsupported(what=UnsupportedWhat.SCALED_DOCUMENT)
    region, placement = layer.region, layer.placement
    if resizes and content.provenance.intent is Intent.EXPAND:
        region = region.union(held.region)
        placement = Placement.TOP if region == held.region else placement
    return replace(
        layer,
        region=_moved(region, held),
        patches=tuple(replace(each, region=_moved(each.region, held)) for each in layer.patches),
        placement=placement,
    )


def settled_preview(frame: PreviewFrame, held: Held) -> PreviewFrame:
    return PreviewFrame(_moved(frame.region, held), frame.pixels)


def _in_own_pixels(layer: LayerContent) -> LayerContent:
    corner, scale = layer.region, layer.scale
    patches: list[PatchContent] = []
    for patch in layer.patches:
        there = patch.region.translated(-corner.x, -corner.y).scaled(scale)
        size = patch.pixels.size
        patches.append(replace(patch, region=Rect(there.x, there.y, size.width, size.height)))
    region = Rect.of_size(corner.size.scaled(scale))
    return replace(layer, region=region, patches=tuple(patches), scale=1.0, placement=Placement.TOP)


def _moved(region: Rect, held: Held) -> Rect:
    return region.translated(-held.region.x, -held.region.y)
