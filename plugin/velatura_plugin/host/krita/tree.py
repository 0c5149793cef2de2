# pyright: standard
"""Krita's layer tree. Wrappers are new objects with every call: nodes are known by their ids."""

from __future__ import annotations

from collections.abc import Iterator

import krita

from .qt import QUuid

_MASK_SUFFIX = "mask"


def node_id(node: krita.Node) -> str:
    return node.uniqueId().toString()


def find(document: krita.Document, wanted: str) -> krita.Node | None:
    """The node with that id, if it is in the tree now."""
    return document.nodeByUniqueID(QUuid(wanted)) if wanted else None


def is_mask(node: krita.Node) -> bool:
    return node.type().endswith(_MASK_SUFFIX)


def is_group(node: krita.Node) -> bool:
    return node.type() == "grouplayer"


def layer_of(node: krita.Node) -> krita.Node:
    """The node, or the layer that it is a mask of."""
    parent = node.parentNode()
    return parent if is_mask(node) and parent is not None else node


def lineage(node: krita.Node) -> Iterator[krita.Node]:
    """The node and what it lies in, from the inside out, without the root."""
    parent = node.parentNode()
    while parent is not None:
        yield node
        node, parent = parent, parent.parentNode()


def children(parent: krita.Node) -> list[krita.Node]:
    """From bottom to top. Krita changes its tree in a thread of its own while it undoes: what goes
    as the list is made is listed as None."""
    return [each for each in parent.childNodes() if each is not None]


def walked(document: krita.Document) -> Iterator[tuple[krita.Node, int]]:
    """Every node and how many others it lies in, as the layer list shows them: top to bottom."""

    def below(parent: krita.Node, depth: int) -> Iterator[tuple[krita.Node, int]]:
        for node in reversed(children(parent)):
            yield node, depth
            yield from below(node, depth + 1)

    yield from below(document.rootNode(), 0)


def siblings(node: krita.Node) -> list[krita.Node]:
    """Layers in the same group, itself too, from bottom to top."""
    parent = node.parentNode()
    return [] if parent is None else layers_in(parent)


def layers_in(parent: krita.Node) -> list[krita.Node]:
    return [each for each in children(parent) if not is_mask(each)]


def layers_above(node: krita.Node) -> Iterator[krita.Node]:
    """Everything that lies over ``node``, in its own group and in those around it."""
    for each in lineage(node):
        group = siblings(each)
        yield from group[group.index(each) + 1 :]


def layers_beside(node: krita.Node) -> Iterator[krita.Node]:
    """Everything that has to be hidden for ``node`` to be seen alone."""
    for each in lineage(node):
        yield from (other for other in siblings(each) if other != each)


def mask_of(layer: krita.Node) -> krita.Node | None:
    for child in children(layer):
        if child.type() == "transparencymask":
            return child
    return None
