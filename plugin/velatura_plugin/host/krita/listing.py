# pyright: standard
"""Krita's nodes as the plug-in's core tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Set

import krita

from ..base import LayerInfo, LayerKind
from .accepting import results_in
from .layers import OPAQUE
from .tree import children, is_group, is_mask, layers_in, lineage, node_id, walked

_KINDS = {
    "paintlayer": LayerKind.PAINT,
    "grouplayer": LayerKind.GROUP,
    "vectorlayer": LayerKind.VECTOR,
    "filllayer": LayerKind.FILL,
    "filterlayer": LayerKind.FILTER,
    "selectionmask": LayerKind.SELECTION,
}
GLOBAL_SELECTION = "Selection Mask"
"""What Krita calls the node that the document's selection is. Only where it was not renamed."""


def described(node: krita.Node, results: Set[str], depth: int = 0) -> LayerInfo:
    """``results``: ids of the nodes that were accepted from us."""
    kind = _KINDS.get(node.type(), LayerKind.MASK if is_mask(node) else LayerKind.OTHER)
    return LayerInfo(
        node_id(node),
        node.name(),
        kind,
        depth,
        node.visible(),
        node.locked(),
        node.blendingMode(),
        node.opacity() / OPAQUE,
        _is_result(node, results),
    )


def _is_result(node: krita.Node, results: Set[str]) -> bool:
    if node_id(node) in results:
        return True
    inside = layers_in(node) if is_group(node) else []
    return bool(inside) and all(_is_result(each, results) for each in inside)


def listed(document: krita.Document, staged: set[str]) -> Iterator[LayerInfo]:
    """Top to bottom; without the document's own selection, which is a node of the tree as saved
    ones are, but another one with every change of it."""
    selected, results = _global_selection(document), results_in(document)
    for node, depth in walked(document):
        own = node_id(node)
        if not _is_listed(node) or own == selected:
            continue
        if not staged.intersection(node_id(each) for each in lineage(node)):
            yield described(node, results, depth)


def selected_nodes(document: krita.Document) -> list[krita.Node]:
    """Those marked in the layer list of the document's view, from bottom to top."""
    view = view_of(document)
    marked = {node_id(each) for each in view.selectedNodes()} if view is not None else set()
    return [node for node, _ in reversed(list(walked(document))) if node_id(node) in marked]


def view_of(document: krita.Document) -> krita.View | None:
    """The active one, if it shows the document, else any that does."""
    application = krita.Krita.instance()
    window = application.activeWindow()
    if window is None:
        return None
    active = window.activeView()
    views = [active, *window.views()] if active is not None else window.views()
    return next((each for each in views if each.document() == document), None)


def _is_listed(node: krita.Node) -> bool:
    """Of what lies in a layer, only saved selections are of use to anybody else."""
    return node.type() == "selectionmask" or not is_mask(node)


def _global_selection(document: krita.Document) -> str:
    if document.selection() is None:
        return ""
    masks = [each for each in children(document.rootNode()) if each.type() == "selectionmask"]
    named = [each for each in masks if each.name() == GLOBAL_SELECTION]
    # With a translated interface the name is another: then it is the one that was added last.
    found = named[-1:] or masks[-1:]
    return node_id(found[0]) if found else ""
