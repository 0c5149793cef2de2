# pyright: standard
"""What jobs have on a document's canvas, and how it is put there and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import krita

from velatura_protocol.geometry import Size
from velatura_protocol.messages import Placement

from ..base import Spot
from .bench import Bench
from .layers import (
    Branch,
    built,
    fits,
    grouped,
    layer_nodes,
    redraw,
    rewrite,
    set_name,
    stretch_masks,
)
from .leftovers import PREFIX, Leftovers, note
from .placing import Place, group_called, place_at
from .tree import find, layer_of, layers_in, lineage, node_id

PREVIEW = PREFIX + "{}"


@dataclass(frozen=True)
class Staged:
    """What a job has in the layer tree. ``node`` is the wrapper made on the bench, so that what is
    done to it leaves the user's history alone; it lies in a group of its own if ``is_collected``:
    the first one of a group that is to collect more. ``bench`` has to outlive it."""

    node: krita.Node
    bench: Bench
    is_collected: bool

    @property
    def id(self) -> str:
        return node_id(self.node)

    @property
    def branch(self) -> krita.Node:
        return layer_nodes(self.node)[0] if self.is_collected else self.node

    def redraw(self) -> None:
        redraw(self.node)
        self.bench.rest()


class CanvasStage:
    """One document's. ``later`` runs something once Krita is back in its event loop: that is when
    it activates a layer that was added or the neighbour of one that was removed, which nobody asked
    it to."""

    def __init__(
        self,
        document: krita.Document,
        bench: Callable[[], Bench],
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        self._document = document
        self.bench = bench
        self.later = later
        self._staged: dict[str, Staged] = {}
        self._leftovers = Leftovers(document)
        self._active = ""
        if any(self._leftovers.nodes()):
            later(self._clear_leftovers)

    @property
    def is_empty(self) -> bool:
        return not self._staged

    def staged_ids(self) -> set[str]:
        """With what is left over."""
        left = {node_id(each) for each in self._leftovers.nodes()}
        return left | {each.id for each in self._staged.values()}

    def staged_nodes(self) -> list[krita.Node]:
        found = (find(self._document, each) for each in self.staged_ids())
        return [each for each in found if each is not None]

    def is_staged(self, node: krita.Node) -> bool:
        staged = self.staged_ids()
        return any(node_id(each) in staged for each in lineage(node))

    def active_layer(self) -> krita.Node | None:
        """The layer the user works on, though what is staged may be active for a moment."""
        active = self._document.activeNode()
        if active is not None and not self.is_staged(active):
            self._active = node_id(active)
        found = find(self._document, self._active)
        if found is None:
            own = (
                each for each in layers_in(self._document.rootNode()) if not self.is_staged(each)
            )
            found = next(own, None)
        return None if found is None else layer_of(found)

    def has(self, job: str) -> bool:
        """Not if the user has undone it."""
        return self._of(job) is not None

    def show(self, job: str, branch: Branch, placement: Placement, spot: Spot) -> None:
        """In place of what the job had there; what shows nothing is taken away."""
        staged = self._of(job)
        if staged is not None and branch.layers and fits(staged.branch, branch):
            rewrite(staged.branch, branch, PREVIEW.format(branch.name))
            staged.redraw()
            return
        self.clear(job)
        if branch.layers:
            self._staged[job] = self._inserted(branch, placement, spot, is_staged=True)
            self._note()

    def clear(self, job: str) -> None:
        staged = self._staged.pop(job, None)
        if staged is None:
            return
        self._leftovers.add(staged.id)
        self._remove(find(self._document, staged.id))
        self._note()

    def accept(self, job: str, branch: Branch, placement: Placement, spot: Spot) -> str:
        """The id of the node, now the user's own. What was staged becomes it, so that its
        insertion stays the one undo step there is."""
        staged = self._of(job)
        if staged is None or not fits(staged.branch, branch) or not self._is_in_place(staged, spot):
            self.clear(job)
            return node_id(self._inserted(branch, placement, spot, is_staged=False).branch)
        del self._staged[job]
        self._note()
        rewrite(staged.branch, branch, branch.name)
        if staged.is_collected:
            set_name(staged.node, spot.group)
        staged.node.setLocked(False)
        staged.redraw()
        return node_id(staged.branch)

    def accept_all(
        self, job: str, name: str, branches: Sequence[Branch], spot: Spot
    ) -> Sequence[str]:
        """The ids of the nodes, in the order of ``branches``, which is from bottom to top."""
        self.clear(job)
        bench = self.bench()
        group = grouped(bench, name, branches)
        self._insert(group, bench, self._place(Placement.ABOVE, spot))
        return [node_id(each) for each in layer_nodes(group)]

    # ----------------------------------------------------------------------------------------------

    def _inserted(
        self, branch: Branch, placement: Placement, spot: Spot, *, is_staged: bool
    ) -> Staged:
        """One undo step, the group that is to collect included."""
        place = self._place(placement, spot)
        is_collected = bool(spot.group) and self._collecting(spot) is None
        bench = self.bench()
        node = grouped(bench, spot.group, [branch]) if is_collected else built(bench, branch)
        staged = Staged(node, bench, is_collected)
        if is_staged:
            set_name(node, PREVIEW.format(node.name()))
            node.setLocked(True)
        self._insert(node, bench, place)
        return staged

    def _insert(self, node: krita.Node, bench: Bench, place: Place) -> None:
        """The active layer stays what it was: nobody's brush changes its target. So does a group
        that is folded: Krita unfolds it for the new layer, which it activates."""
        active, is_folded = self._own_active(), place.parent.collapsed()
        is_second = len(layers_in(place.parent)) == 1
        stretch_masks(node, Size(self._document.width(), self._document.height()))
        place.put(node)
        if is_second:
            # Krita shows the only layer of a group in its place. Where that ends, everything has to
            # be drawn, of which it does only the new layer's area.
            self._document.refreshProjection()
        else:
            redraw(node)
        bench.rest()
        self._keep_active(active)
        if is_folded:
            group = node_id(place.parent)
            self.later(lambda: self._fold(group))

    def _remove(self, node: krita.Node | None) -> None:
        if node is not None:
            active = self._own_active()
            node.remove()
            self._keep_active(active)

    def _clear_leftovers(self) -> None:
        for each in list(self._leftovers.nodes()):
            self._remove(each)
        self._note()

    def _note(self) -> None:
        note(self._document, {each.id for each in self._staged.values()})

    def _place(self, placement: Placement, spot: Spot) -> Place:
        group = self._collecting(spot)
        if group is not None:
            return Place(group)
        captured = find(self._document, spot.layer)
        anchor = layer_of(captured) if captured is not None else self.active_layer()
        return place_at(self._document, anchor, placement)

    def _collecting(self, spot: Spot) -> krita.Node | None:
        return group_called(self._document, spot.group)

    def _is_in_place(self, staged: Staged, spot: Spot) -> bool:
        """Not where a group that collects was made after this was staged."""
        group = self._collecting(spot)
        if group is None:
            return staged.is_collected == bool(spot.group)
        return not staged.is_collected and staged.id in map(node_id, group.childNodes())

    def _of(self, job: str) -> Staged | None:
        """None also when the user has undone it."""
        staged = self._staged.get(job)
        return staged if staged is not None and find(self._document, staged.id) else None

    def _own_active(self) -> str:
        """A mask stays active where a mask was."""
        self.active_layer()
        return self._active

    def _keep_active(self, active: str) -> None:
        self.later(lambda: self._activate(active))

    def _activate(self, wanted: str) -> None:
        node = find(self._document, wanted)
        if node is not None and self._document.activeNode() != node:
            self._document.setActiveNode(node)

    def _fold(self, group: str) -> None:
        node = find(self._document, group)
        if node is not None:
            node.setCollapsed(True)
