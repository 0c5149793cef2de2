# pyright: standard
"""Layers with their masks: built aside, inserted as one undo step, rewritten without any.

``setPixelData`` never makes an undo step, and undoing the insertion still takes the whole layer
away: so what is staged may be rewritten as often as results come. It must be locked meanwhile: a
stroke of the user's on it could not be undone any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import krita

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Rect, Size

from ..base import LayerContent, PatchContent
from .bench import Bench
from .qt import QByteArray
from .tree import is_group, mask_of

OPAQUE = 255


@dataclass(frozen=True)
class Branch:
    """What one result is in the tree: a layer, or a group called ``name`` of several, from bottom
    to top."""

    name: str
    layers: tuple[LayerContent, ...]
    is_visible: bool = True


def built(bench: Bench, branch: Branch) -> krita.Node:
    """A node in no tree yet."""
    node = _blueprint(bench, branch)
    rewrite(node, branch, branch.name)
    return node


def grouped(bench: Bench, name: str, branches: Sequence[Branch]) -> krita.Node:
    """A group in no tree yet, of the branches from bottom to top."""
    # Filled afterwards: what is on the bench stays in its history for a while.
    group = bench.group(name, [_blueprint(bench, each) for each in branches])
    for node, branch in zip(layer_nodes(group), branches, strict=True):
        rewrite(node, branch, branch.name)
    return group


def _blueprint(bench: Bench, branch: Branch) -> krita.Node:
    """:raises BadTask: the document is in another colour space than when the job began"""
    nodes = [bench.layer(is_masked=has_mask(each)) for each in branch.layers]
    for node, layer in zip(nodes, branch.layers, strict=True):
        # Krita 5.2 reads past the end of what is too short.
        if layer.patches and _pixel_bytes(layer) != _bytes_in(node):
            raise BadTask(field="picture", reason=TaskFault.OTHER_COLOURS)
    node = nodes[0] if len(nodes) == 1 else bench.group(branch.name, nodes)
    node.setVisible(branch.is_visible)
    return node


def fits(node: krita.Node, branch: Branch) -> bool:
    """Whether the branch can be written into the node as it is."""
    nodes = layer_nodes(node)
    return len(nodes) == len(branch.layers) and all(
        each.type() == "paintlayer"
        and _pixel_bytes(layer) == _bytes_in(each)
        and (mask_of(each) is not None) == has_mask(layer)
        for each, layer in zip(nodes, branch.layers, strict=True)
    )


def rewrite(node: krita.Node, branch: Branch, name: str) -> None:
    """Leaves no undo step and no trace of what was in the node before. ``node`` is a wrapper that
    was made on a bench, and is called ``name`` then. Not shown until :func:`redraw`."""
    for each, layer in zip(layer_nodes(node), branch.layers, strict=True):
        _blank(each, _pixel_bytes(layer))
        mask = mask_of(each)
        if mask is not None:
            _blank(mask, 1)
            for patch in layer.patches:
                _write(mask, patch.region, _mask_bytes(patch))
        _set_opacity(each, layer)
        if each.blendingMode() != layer.blend:
            each.setBlendingMode(layer.blend)
        if is_group(node):
            set_name(each, layer.name)
        for patch in layer.patches:
            _write(each, patch.region, bytes(patch.pixels.data))
    set_name(node, name)


def stretch_masks(node: krita.Node, canvas: Size) -> None:
    """Has the masks reach over the whole canvas, without a change to what is in them.

    When an insertion is undone, Krita (5.2.9) draws anew only what the masks of the layers beside
    it reach over, and leaves the layer that is gone on the rest of the canvas. A mask reaches over
    the tiles that it holds, though there are zeros in them. On 24 megapixels in 16 bit undo then
    takes 0.3 s in the background instead of 0.1 s; :func:`redraw` takes what it took.
    """
    for each in layer_nodes(node):
        mask = mask_of(each)
        if is_group(each):
            stretch_masks(each, canvas)
        elif mask is not None:
            for x, y in ((0, 0), (canvas.width - 1, canvas.height - 1)):
                mask.setPixelData(mask.pixelData(x, y, 1, 1), x, y, 1, 1)


def redraw(node: krita.Node) -> None:
    """Has Krita draw the area of the node anew, in the background. ``node`` is a wrapper that was
    made on a bench: of any other, this would be a step in the user's history."""
    for each in layer_nodes(node):
        if is_group(each):
            redraw(each)
        else:
            each.setBlendingMode(each.blendingMode())


def set_name(node: krita.Node, name: str) -> None:
    """Only where it differs: each call has the layer list drawn anew some time later, and Krita
    5.2 does not survive a document's end in between."""
    if node.name() != name:
        node.setName(name)


def has_mask(layer: LayerContent) -> bool:
    return any(each.mask is not None for each in layer.patches)


def layer_nodes(node: krita.Node) -> list[krita.Node]:
    return node.childNodes() if is_group(node) else [node]


def _set_opacity(node: krita.Node, layer: LayerContent) -> None:
    opacity = round(layer.opacity * OPAQUE)
    if node.opacity() != opacity:
        node.setOpacity(opacity)


def _mask_bytes(patch: PatchContent) -> bytes:
    return b"\xff" * patch.region.area if patch.mask is None else bytes(patch.mask.data)


def _pixel_bytes(layer: LayerContent) -> int:
    return layer.patches[0].pixels.format.pixel_bytes if layer.patches else 0


def _bytes_in(node: krita.Node) -> int:
    """Of each pixel."""
    channels = {"RGBA": 4, "GRAYA": 2}.get(node.colorModel(), 0)
    return channels * {"U8": 1, "U16": 2, "F16": 2, "F32": 4}[node.colorDepth()]


def _blank(node: krita.Node, pixel_bytes: int) -> None:
    bounds = node.bounds()
    region = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
    if not region.is_empty and pixel_bytes:
        _write(node, region, bytes(region.area * pixel_bytes))


def _write(node: krita.Node, region: Rect, data: bytes) -> None:
    # In PyQt5 not a copy, which takes up to 70 ms: Krita has read all of ``data`` when the call is
    # over. PyQt6 has no way around one.
    wrapped = getattr(QByteArray, "fromRawData", QByteArray)(data)
    node.setPixelData(wrapped, region.x, region.y, region.width, region.height)
