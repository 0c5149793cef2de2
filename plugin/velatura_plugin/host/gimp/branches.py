# pyright: standard
"""What of a result lies on the canvas: a layer, or a group of several."""

from __future__ import annotations

from dataclasses import dataclass, replace

from velatura_protocol.messages import Placement
from velatura_protocol.provenance import Provenance

from ..base import LayerContent, ResultContent
from .gi_names import Gimp
from .making import group_called, layer_of
from .placing import Place
from .provenance import store_provenance

_ON_CANVAS = (Placement.ABOVE, Placement.BELOW, Placement.TOP)


@dataclass(frozen=True)
class Branch:
    """``layers`` from bottom to top; several of them are a group called ``name``."""

    name: str
    layers: tuple[LayerContent, ...]
    provenance: Provenance | None = None
    is_visible: bool = True

    @property
    def placement(self) -> Placement:
        """Where the lowest goes."""
        return next(each.placement for each in self.layers)


def branch_of(result: ResultContent, *, is_visible: bool = True) -> Branch | None:
    """None: nothing of it lies on the canvas as it is."""
    layers = tuple(each for each in result.layers if each.placement in _ON_CANVAS)
    if not layers:
        return None
    lowest, *others = layers
    name = result.group_name if others else lowest.name
    return Branch(name, layers, result.provenance, is_visible)


def named(branch: Branch, name: str) -> Branch:
    lowest, *others = branch.layers
    if others:
        return replace(branch, name=name)
    return replace(branch, name=name, layers=(replace(lowest, name=name),))


def put(image: Gimp.Image, branch: Branch, place: Place) -> Gimp.Layer:
    """Into the picture; the layer or the group that it has become there."""
    layers = [layer_of(image, each) for each in branch.layers]
    if len(layers) == 1:
        top = layers[0]
        top.set_visible(branch.is_visible)
        place.put(image, top)
    else:
        top = group_called(image, branch.name)
        top.set_visible(branch.is_visible)
        place.put(image, top)
        for each in layers:
            Place(top, 0).put(image, each)
    if branch.provenance is not None:
        for each in {top, *layers}:
            store_provenance(each, branch.provenance)
    return top
