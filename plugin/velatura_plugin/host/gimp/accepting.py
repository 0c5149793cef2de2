# pyright: standard
"""Results that become part of a picture, in one step of the user's history."""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.messages import Placement

from ..base import LayerContent, ResultContent, Spot
from .branches import Branch, branch_of, put
from .colouring import share_profile
from .formats import precision_of
from .gi_names import Gimp
from .making import group_called, on_its_own
from .opened import OpenImage
from .placing import Place, collecting_group
from .provenance import store_key, store_provenance
from .undoing import one_step, same_selected_layers


def accept(
    opened: OpenImage, job: str, result: ResultContent, spot: Spot, document_key: str
) -> None:
    image, stage = opened.image, opened.stage
    stage.clear(job)
    with same_selected_layers(image), one_step(image):
        for each in result.layers:
            if each.placement is Placement.RESIZE_DOCUMENT:
                _resize(image, each)
                own = replace(on_its_own(each), placement=Placement.TOP)
                put(image, Branch(each.name, (own,), result.provenance), Place(None, 0))
        branch = branch_of(result)
        if branch is not None:
            _collect(opened, branch, spot)
        store_key(image, document_key)
    for each in result.layers:
        if each.placement is Placement.NEW_DOCUMENT:
            _open(image, each, result)


def accept_all(
    opened: OpenImage,
    job: str,
    name: str,
    results: tuple[ResultContent, ...],
    spot: Spot,
    document_key: str,
) -> None:
    """The first one lies on top, and is the one that is seen."""
    image, stage = opened.image, opened.stage
    stage.clear(job)
    branches = [branch_of(each, is_visible=each is results[0]) for each in reversed(results)]
    with same_selected_layers(image), one_step(image):
        group = group_called(image, name)
        store_provenance(group, results[0].provenance)
        stage.place(Branch(name, results[0].main), spot).put(image, group)
        for branch in branches:
            if branch is not None:
                put(image, branch, Place(group, 0))
        store_key(image, document_key)


def _collect(opened: OpenImage, branch: Branch, spot: Spot) -> None:
    image, place = opened.image, opened.stage.place(branch, spot)
    if spot.group and collecting_group(image, spot) is None:
        group = group_called(image, spot.group)
        if branch.provenance is not None:
            store_provenance(group, branch.provenance)
        place.put(image, group)
        place = Place(group, 0)
    put(image, branch, place)


def _resize(image: Gimp.Image, layer: LayerContent) -> None:
    region = layer.region
    image.resize(region.width, region.height, -region.x, -region.y)
    if layer.scale != 1.0:
        size = region.size.scaled(layer.scale)
        image.scale(size.width, size.height)


def _open(image: Gimp.Image, content: LayerContent, result: ResultContent) -> None:
    """A picture of its own in the same precision, profile and resolution, with a window where there
    are windows."""
    own = on_its_own(content)
    size = own.region.size
    made = Gimp.Image.new_with_precision(size.width, size.height, *precision_of(image))
    made.undo_disable()
    share_profile(image, made)
    _, across, down = image.get_resolution()
    made.set_resolution(across, down)
    put(made, Branch(content.name, (own,), result.provenance), Place(None, 0))
    made.undo_enable()
    if Gimp.default_display() is not None:
        Gimp.Display.new(made)
