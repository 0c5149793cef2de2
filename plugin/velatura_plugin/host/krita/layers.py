# pyright: standard
"""Layers with their masks: built aside, inserted as one undo step, rewritten without any.

``setPixelData`` never makes an undo step, and undoing the insertion still takes the whole layer
away: so what is staged may be rewritten as often as results come. It must be locked meanwhile: a
stroke of the user's on it could not be undone any more.
"""

from __future__ import annotations

from collections.abc import Sequence

import krita

from velatura_protocol.geometry import Rect

from ..base import LayerContent, PatchContent
from .qt import QByteArray
from .reading import copied
from .tree import mask_of

OPAQUE = 255
MASK_NAME = "Mask"


def built(document: krita.Document, layers: Sequence[LayerContent], group: str) -> krita.Node:
    """A node in no tree yet: the layer, or a group called ``group`` of several."""
    with copied(document) as scratch:
        nodes = [_built_layer(scratch, each) for each in layers]
        if len(nodes) == 1:
            scratch.rootNode().addChildNode(nodes[0], None)
            _add_mask(scratch, nodes[0], layers[0])
            return nodes[0].clone()
        parent = scratch.createGroupLayer(group)
        scratch.rootNode().addChildNode(parent, None)
        for node, layer in zip(nodes, layers, strict=True):
            parent.addChildNode(node, None)
            _add_mask(scratch, node, layer)
        return parent.clone()


def fits(node: krita.Node, layers: Sequence[LayerContent]) -> bool:
    """Whether ``layers`` can be written into the node as it is."""
    nodes = _layer_nodes(node)
    return len(nodes) == len(layers) and all(
        each.type() == "paintlayer"
        and each.blendingMode() == layer.blend
        and (mask_of(each) is not None) == has_mask(layer)
        for each, layer in zip(nodes, layers, strict=True)
    )


def rewrite(node: krita.Node, layers: Sequence[LayerContent], name: str) -> None:
    """Leaves no undo step and no trace of what was in the node before. Not shown until the
    document is refreshed."""
    for each, layer in zip(_layer_nodes(node), layers, strict=True):
        _blank(each, _pixel_bytes(layer))
        mask = mask_of(each)
        if mask is not None:
            _blank(mask, 1)
            for patch in layer.patches:
                _write(mask, patch.region, _mask_bytes(patch))
        _set_opacity(each, layer)
        if each != node:
            set_name(each, layer.name)
        for patch in layer.patches:
            _write(each, patch.region, bytes(patch.pixels.data))
    set_name(node, name)


def set_name(node: krita.Node, name: str) -> None:
    """Only where it differs: each call has the layer list drawn anew some time later, and Krita
    5.2 does not survive a document's end in between."""
    if node.name() != name:
        node.setName(name)


def has_mask(layer: LayerContent) -> bool:
    return any(each.mask is not None for each in layer.patches)


def _layer_nodes(node: krita.Node) -> list[krita.Node]:
    return node.childNodes() if node.type() == "grouplayer" else [node]


def _built_layer(scratch: krita.Document, layer: LayerContent) -> krita.Node:
    node = scratch.createNode(layer.name, "paintlayer")
    node.setBlendingMode(layer.blend)
    _set_opacity(node, layer)
    for patch in layer.patches:
        _write(node, patch.region, bytes(patch.pixels.data))
    return node


def _set_opacity(node: krita.Node, layer: LayerContent) -> None:
    opacity = round(layer.opacity * OPAQUE)
    if node.opacity() != opacity:
        node.setOpacity(opacity)


def _add_mask(scratch: krita.Document, node: krita.Node, layer: LayerContent) -> None:
    """A mask is only sound on a layer that is in a tree, and only with a selection from the
    start: saving one that never had any ends Krita."""
    if not has_mask(layer):
        return
    selection = krita.Selection()
    for patch in layer.patches:
        region, data = patch.region, QByteArray(_mask_bytes(patch))
        selection.setPixelData(data, region.x, region.y, region.width, region.height)
    mask = scratch.createTransparencyMask(MASK_NAME)
    mask.setSelection(selection)
    node.addChildNode(mask, None)


def _mask_bytes(patch: PatchContent) -> bytes:
    return b"\xff" * patch.region.area if patch.mask is None else bytes(patch.mask.data)


def _pixel_bytes(layer: LayerContent) -> int:
    return layer.patches[0].pixels.format.pixel_bytes if layer.patches else 0


def _blank(node: krita.Node, pixel_bytes: int) -> None:
    bounds = node.bounds()
    region = Rect(bounds.x(), bounds.y(), bounds.width(), bounds.height())
    if not region.is_empty and pixel_bytes:
        _write(node, region, bytes(region.area * pixel_bytes))


def _write(node: krita.Node, region: Rect, data: bytes) -> None:
    node.setPixelData(QByteArray(data), region.x, region.y, region.width, region.height)
