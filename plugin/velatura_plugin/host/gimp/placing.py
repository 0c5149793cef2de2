# pyright: standard
"""Where in the layer tree something goes."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_protocol.errors import HostFailed
from velatura_protocol.messages import Placement

from ..base import Spot
from .gi_names import Gimp
from .tree import walked


@dataclass(frozen=True)
class Place:
    """In ``group`` (None: the picture itself), as the ``position``-th from the top."""

    group: Gimp.Layer | None
    position: int

    def put(self, image: Gimp.Image, layer: Gimp.Layer) -> None:
        """:raises HostFailed: GIMP does not take it there"""
        if not image.insert_layer(layer, self.group, self.position):
            layer.delete()
            raise HostFailed(kind="layer not taken")


def place_at(image: Gimp.Image, anchor: Gimp.Layer | None, placement: Placement) -> Place:
    if placement is Placement.TOP or anchor is None:
        return Place(None, 0)
    position = image.get_item_position(anchor)
    below = 1 if placement is Placement.BELOW else 0
    return Place(anchor.get_parent(), position + below)


def collecting_group(image: Gimp.Image, spot: Spot) -> Gimp.Layer | None:
    """The group that collects, if it has been made and is still called so."""
    if not spot.group:
        return None
    groups = (layer for layer, _ in walked(image) if layer.is_group())
    return next((each for each in groups if each.get_name() == spot.group), None)
