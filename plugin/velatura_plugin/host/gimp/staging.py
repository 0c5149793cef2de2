# pyright: standard
"""What jobs show on a canvas before anything is accepted.

Layers that are locked, marked and outside the user's history. Nothing is ever written into one that
is there: it is taken away and another is put in its place, since GIMP ends a plug-in that writes to
a layer which the user has just deleted.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..base import Spot
from .branches import Branch, named, put
from .gi_names import Gimp
from .listing import item_of
from .placing import Place, collecting_group, place_at
from .provenance import PREFIX, mark_preview
from .tree import walked
from .undoing import no_step, same_selected_layers


@dataclass
class CanvasStage:
    """Of one picture. ``tops``: of each job, what it has on the canvas."""

    image: Gimp.Image
    tops: dict[str, Gimp.Layer]

    def layers(self) -> tuple[Gimp.Layer, ...]:
        """Those that the user has not deleted or undone."""
        return tuple(each for each in self.tops.values() if each.is_valid())

    def ids(self) -> set[int]:
        """Of the layers and of all that lies in them."""
        own = {each.get_id() for each in self.layers()}
        inside = (child.get_id() for top in self.layers() for child in _all_in(top))
        return own.union(inside)

    def show(self, job: str, branch: Branch, spot: Spot) -> None:
        """In place of what the job has shown before."""
        with same_selected_layers(self.image), no_step(self.image):
            self._remove(job)
            top = put(self.image, named(branch, PREFIX + branch.name), self.place(branch, spot))
            mark_preview(top, job)
            top.set_lock_content(True)
            self.tops[job] = top

    def clear(self, job: str) -> None:
        with same_selected_layers(self.image), no_step(self.image):
            self._remove(job)

    def place(self, branch: Branch, spot: Spot) -> Place:
        group = collecting_group(self.image, spot)
        if group is not None:
            return Place(group, 0)
        return place_at(self.image, self._anchor(spot), branch.placement)

    def active_layer(self) -> Gimp.Layer | None:
        """What the user works on; where that is one of ours, the next one below it."""
        own = self.ids()
        selected = [each for each in self.image.get_selected_layers() if each.get_id() not in own]
        if selected:
            return selected[0]
        rest = (layer for layer, _ in walked(self.image) if layer.get_id() not in own)
        return next(rest, None)

    def _anchor(self, spot: Spot) -> Gimp.Layer | None:
        captured = item_of(self.image, spot.layer) if spot.layer else None
        if captured is not None and captured.is_layer():
            return captured
        return self.active_layer()

    def _remove(self, job: str) -> None:
        top = self.tops.pop(job, None)
        if top is not None and top.is_valid():
            self.image.remove_layer(top)


def _all_in(layer: Gimp.Layer) -> list[Gimp.Layer]:
    if not layer.is_group():
        return []
    children = layer.get_children()
    return [*children, *(each for child in children for each in _all_in(child))]
