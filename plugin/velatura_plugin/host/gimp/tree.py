# pyright: standard
"""GIMP's layers as a tree that can be walked and searched."""

from __future__ import annotations

from collections.abc import Iterator

from .gi_names import Gimp


def walked(image: Gimp.Image) -> Iterator[tuple[Gimp.Layer, int]]:
    """Every layer with its depth, from top to bottom, a group before what lies in it."""
    yield from _walked(image.get_layers(), 0)


def _walked(layers: list[Gimp.Layer], depth: int) -> Iterator[tuple[Gimp.Layer, int]]:
    for layer in layers:
        yield layer, depth
        if layer.is_group():
            yield from _walked(layer.get_children(), depth + 1)


def siblings(image: Gimp.Image, layer: Gimp.Layer) -> list[Gimp.Layer]:
    """It and those beside it, from top to bottom."""
    parent = layer.get_parent()
    return image.get_layers() if parent is None else parent.get_children()


def lineage(layer: Gimp.Layer) -> Iterator[Gimp.Layer]:
    """It, then the group it lies in, and so on."""
    while layer is not None:
        yield layer
        layer = layer.get_parent()


def hide_all_above(image: Gimp.Image, layer: Gimp.Layer) -> None:
    """In its group, and above each group it lies in."""
    for each in lineage(layer):
        for other in siblings(image, each):
            if other.get_id() == each.get_id():
                break
            other.set_visible(False)


def hide_all_beside(image: Gimp.Image, layer: Gimp.Layer) -> None:
    for each in lineage(layer):
        for other in siblings(image, each):
            if other.get_id() != each.get_id():
                other.set_visible(False)


def hide_shown_masks(image: Gimp.Image) -> None:
    """Looking at a mask instead of its layer is no part of the picture."""
    for layer, _ in walked(image):
        if layer.get_mask() is not None and layer.get_show_mask():
            layer.set_show_mask(False)
