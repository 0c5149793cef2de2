# pyright: standard
"""Where in the layer tree something goes."""

from __future__ import annotations

from dataclasses import dataclass

import krita

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat
from velatura_protocol.messages import Placement

from .tree import is_group, walked


@dataclass(frozen=True)
class Place:
    """In ``parent`` over ``above``, or over everything in it."""

    parent: krita.Node
    above: krita.Node | None = None

    def put(self, node: krita.Node) -> None:
        """One undo step."""
        self.parent.addChildNode(node, self.above)


def place_at(document: krita.Document, anchor: krita.Node | None, placement: Placement) -> Place:
    """:raises Unsupported: under the bottom layer of a group. Krita's interface inserts over a node
    only, and what moves a node afterwards costs more undo steps."""
    parent = anchor.parentNode() if anchor is not None else None
    if placement is Placement.TOP or anchor is None or parent is None:
        return Place(document.rootNode())
    if placement is Placement.ABOVE:
        return Place(parent, anchor)
    siblings = parent.childNodes()
    at = siblings.index(anchor)
    if at:
        return Place(parent, siblings[at - 1])
    raise Unsupported(what=UnsupportedWhat.BOTTOM_OF_GROUP)


def group_called(document: krita.Document, name: str) -> krita.Node | None:
    """The uppermost one."""
    groups = (node for node, _ in walked(document) if is_group(node))
    return next((each for each in groups if each.name() == name), None) if name else None
