"""Results in a document whose canvas has grown since they were captured."""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.tasks import Intent

from .host.base import LayerContent, PatchContent, PreviewFrame, ResultContent


def growth_of(content: ResultContent) -> Rect | None:
    """The canvas that accepting it makes, in the pixels it was captured in; None: as it is."""
    for layer in content.layers:
        if layer.placement is Placement.RESIZE_DOCUMENT and layer.scale == 1.0:
            return layer.region
    return None


def settled(content: ResultContent, canvas: Rect) -> ResultContent:
    """The content as ``canvas`` takes it, in that canvas's own pixels.

    ``canvas`` is in the pixels that the content was captured in. An expand never takes away what
    the canvas has gained meanwhile, and where there is nothing to grow any more its layer only goes
    on top: a second variation of it lies over the first.
    """
    return replace(
        content, layers=tuple(_settled(content, each, canvas) for each in content.layers)
    )


def _settled(content: ResultContent, layer: LayerContent, canvas: Rect) -> LayerContent:
    if layer.placement is Placement.NEW_DOCUMENT:
        return layer
    region, placement = layer.region, layer.placement
    if placement is Placement.RESIZE_DOCUMENT and content.provenance.intent is Intent.EXPAND:
        region = region.union(canvas)
        placement = Placement.TOP if region == canvas else placement
    return replace(
        layer,
        region=_moved(region, canvas),
        patches=tuple(_moved_patch(each, canvas) for each in layer.patches),
        placement=placement,
    )


def settled_preview(frame: PreviewFrame, canvas: Rect) -> PreviewFrame:
    return PreviewFrame(_moved(frame.region, canvas), frame.pixels)


def _moved_patch(patch: PatchContent, canvas: Rect) -> PatchContent:
    return replace(patch, region=_moved(patch.region, canvas))


def _moved(region: Rect, canvas: Rect) -> Rect:
    return region.translated(-canvas.x, -canvas.y)
