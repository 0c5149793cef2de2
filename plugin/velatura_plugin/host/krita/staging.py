# pyright: standard
"""What jobs have on a document's canvas, and how it is put there and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import krita

from velatura_protocol.errors import Unsupported
from velatura_protocol.messages import Placement

from ..base import LayerContent
from .layers import built, fits, rewrite
from .tree import find, layer_of, lineage, node_id

PREVIEW = "[Preview] {}"


class CanvasStage:
    """One document's. ``later`` runs something once Krita is back in its event loop: that is when
    it activates a layer that was added or the neighbour of one that was removed, which nobody asked
    it to."""

    def __init__(
        self, document: krita.Document, later: Callable[[Callable[[], None]], None]
    ) -> None:
        self._document = document
        self._later = later
        self._nodes: dict[str, str] = {}
        self._active = ""

    def staged_nodes(self) -> list[krita.Node]:
        found = (find(self._document, each) for each in self._nodes.values())
        return [each for each in found if each is not None]

    def active_layer(self) -> krita.Node | None:
        """The layer the user works on, though what is staged may be active for a moment."""
        active = self._document.activeNode()
        if active is not None and not self._is_staged(active):
            self._active = node_id(active)
        found = find(self._document, self._active) if self._active else None
        if found is None:
            own = (each for each in self._document.topLevelNodes() if not self._is_staged(each))
            found = next(own, None)
        return None if found is None else layer_of(found)

    def show(self, job: str, layers: Sequence[LayerContent], name: str) -> None:
        """In place of what the job had there."""
        node = self._node(job)
        if node is not None and layers and fits(node, layers):
            rewrite(node, layers, name)
            self._document.refreshProjection()
            return
        self.clear(job)
        if layers:
            self._nodes[job] = self.insert(layers, name, is_locked=True)

    def clear(self, job: str) -> None:
        node = self._node(job)
        self._nodes.pop(job, None)
        if node is not None:
            active = self._own_active()
            node.remove()
            self._keep_active(active)

    def accept(self, job: str, layers: Sequence[LayerContent], name: str) -> str:
        """The id of the node, now the user's own. What was staged becomes it, so that its
        insertion stays the one undo step there is."""
        node = self._node(job)
        if node is None or not fits(node, layers):
            self.clear(job)
            return self.insert(layers, name, is_locked=False)
        rewrite(node, layers, name)
        node.setLocked(False)
        del self._nodes[job]
        self._document.refreshProjection()
        return node_id(node)

    def insert(self, layers: Sequence[LayerContent], name: str, *, is_locked: bool) -> str:
        """One undo step. The active layer stays what it was: nobody's brush changes its target."""
        active = self._own_active()
        node = built(self._document, layers, name)
        node.setName(name)
        node.setLocked(is_locked)
        parent, above = self._place(layers[0].placement)
        parent.addChildNode(node, above)
        self._keep_active(active)
        return node_id(node)

    def _place(self, placement: Placement) -> tuple[krita.Node, krita.Node | None]:
        """The group, and the node in it over which to insert; None: over all."""
        root, layer = self._document.rootNode(), self.active_layer()
        parent = layer.parentNode() if layer is not None else None
        if placement is Placement.TOP or layer is None or parent is None:
            return root, None
        if placement is Placement.ABOVE:
            return parent, layer
        siblings = parent.childNodes()
        at = siblings.index(layer)
        if at:
            return parent, siblings[at - 1]
        # Krita inserts over a node only: under the bottom one there is no place by its interface.
        raise Unsupported(what=placement.value)

    def _node(self, job: str) -> krita.Node | None:
        """None also when the user has undone it."""
        wanted = self._nodes.get(job)
        return find(self._document, wanted) if wanted else None

    def _is_staged(self, node: krita.Node) -> bool:
        staged = set(self._nodes.values())
        return any(node_id(each) in staged for each in lineage(node))

    def _own_active(self) -> str:
        """A mask stays active where a mask was."""
        self.active_layer()
        return self._active

    def _keep_active(self, active: str) -> None:
        self._later(lambda: self._activate(active))

    def _activate(self, wanted: str) -> None:
        node = find(self._document, wanted) if wanted else None
        if node is not None and self._document.activeNode() != node:
            self._document.setActiveNode(node)
