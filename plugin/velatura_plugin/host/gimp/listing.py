# pyright: standard
"""GIMP's layers and channels as the plug-in's core tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..base import LayerInfo, LayerKind
from .gi_names import Gimp
from .provenance import is_result
from .tree import lineage, walked

_NORMAL = ("normal", "normal-legacy")
_WHOLE = 100.0


def described(layer: Gimp.Layer, depth: int = 0) -> LayerInfo:
    mode = layer.get_mode().value_nick
    return LayerInfo(
        reference_of(layer),
        layer.get_name(),
        _kind(layer),
        depth,
        layer.get_visible(),
        layer.get_lock_content(),
        "normal" if mode in _NORMAL else mode,
        layer.get_opacity() / _WHOLE,
        is_result(layer),
    )


def listed(image: Gimp.Image, staged: set[int]) -> Iterator[LayerInfo]:
    """Layers from top to bottom, then the saved channels."""
    for layer, depth in walked(image):
        if not staged.intersection(each.get_id() for each in lineage(layer)):
            yield described(layer, depth)
    for channel in image.get_channels():
        yield LayerInfo(reference_of(channel), channel.get_name(), LayerKind.CHANNEL)


def reference_of(item: Gimp.Item) -> str:
    """Ids are GIMP's own numbers, of no use to a later GIMP."""
    return str(item.get_id())


def item_of(image: Gimp.Image, reference: str) -> Any:
    """A layer or a channel of that picture, or None; scripts may give a name."""
    items = [*(each for each, _ in walked(image)), *image.get_channels()]
    for name in (reference_of, lambda item: item.get_name()):
        found = next((each for each in items if name(each) == reference), None)
        if found is not None:
            return found
    return None


def _kind(layer: Gimp.Layer) -> LayerKind:
    if layer.is_group():
        return LayerKind.GROUP
    if layer.is_text_layer() or _is_of_3_2(layer, "is_vector_layer"):
        return LayerKind.VECTOR
    return LayerKind.OTHER if _is_of_3_2(layer, "is_link_layer") else LayerKind.PAINT


def _is_of_3_2(layer: Gimp.Layer, question: str) -> bool:
    """Vector and link layers came with GIMP 3.2."""
    asked = getattr(layer, question, None)
    return asked is not None and asked()
