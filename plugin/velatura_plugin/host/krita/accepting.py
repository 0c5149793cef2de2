# pyright: standard
"""Results that become part of the document, and what is stored with them."""

from __future__ import annotations

from dataclasses import replace

import krita

from velatura_protocol.codec import encode_value
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.provenance import Provenance

from ..base import LayerContent, ResultContent, Spot
from .layers import Branch
from .newdocument import on_its_own, open_as_document
from .opened import OpenDocument
from .qt import QByteArray
from .tree import find, is_group, layers_in, node_id

KEY = "velatura/document-key"
PROVENANCE = "velatura/provenance/{}"
SCALING = "Bicubic"

_ON_CANVAS = (Placement.ABOVE, Placement.BELOW, Placement.TOP)


def is_on_canvas(layer: LayerContent) -> bool:
    return layer.placement in _ON_CANVAS


def branch_of(
    result: ResultContent, layers: tuple[LayerContent, ...], *, is_visible: bool = True
) -> Branch:
    """A layer of the tree is called what it is, a group after what was done."""
    name = layers[0].name if len(layers) == 1 else result.group_name
    return Branch(name, layers, is_visible)


def placement_of(branch: Branch) -> Placement:
    return branch.layers[0].placement if branch.layers else Placement.ABOVE


def accept(
    opened: OpenDocument, job: str, result: ResultContent, spot: Spot, document_key: str
) -> None:
    document, stage = opened.document, opened.stage
    layers = tuple(filter(is_on_canvas, result.layers))
    resizing = [each for each in result.layers if each.placement is Placement.RESIZE_DOCUMENT]
    if resizing:
        # Krita has no undo step for both this and the layer: it takes two, or three.
        stage.clear(job)
        _resize(document, resizing[0])
        layers += tuple(replace(on_its_own(each), placement=Placement.TOP) for each in resizing)
        spot = Spot()
    if layers:
        branch = branch_of(result, layers)
        node = stage.accept(job, branch, placement_of(branch), spot)
        _sign_all(document, node, result.provenance)
        if spot.group:
            _sign_group(document, node, result.provenance)
    else:
        stage.clear(job)
    _annotate(document, KEY, document_key.encode())
    for each in result.layers:
        if each.placement is Placement.NEW_DOCUMENT:
            open_as_document(opened, each)


def accept_all(
    opened: OpenDocument,
    job: str,
    name: str,
    results: tuple[ResultContent, ...],
    spot: Spot,
    document_key: str,
) -> None:
    """The first one lies on top, and is the one that is seen."""
    upwards = list(reversed(results))
    branches = [branch_of(each, each.layers, is_visible=each is results[0]) for each in upwards]
    nodes = opened.stage.accept_all(job, name, branches, spot)
    for node, result in zip(nodes, upwards, strict=True):
        _sign_all(opened.document, node, result.provenance)
    _sign_group(opened.document, nodes[-1], results[0].provenance)
    _annotate(opened.document, KEY, document_key.encode())


def results_in(document: krita.Document) -> frozenset[str]:
    """Ids of the nodes that were accepted from us, groups included, and of some that are gone:
    undo brings them back with the same id."""
    prefix = PROVENANCE.format("")
    kinds = (each for each in document.annotationTypes() if each.startswith(prefix))
    return frozenset(each[len(prefix) :] for each in kinds)


def stored_key(document: krita.Document) -> str:
    return bytes(document.annotation(KEY)).decode("utf-8", "replace")


def _resize(document: krita.Document, layer: LayerContent) -> None:
    region, scale = layer.region, layer.scale
    if region != Rect(0, 0, document.width(), document.height()):
        document.resizeImage(region.x, region.y, region.width, region.height)
        document.waitForDone()
    if scale != 1.0:
        width, height = round(region.width * scale), round(region.height * scale)
        inch = document.resolution()
        document.scaleImage(width, height, inch, inch, SCALING)
        document.waitForDone()


def _sign(document: krita.Document, node: str, provenance: Provenance) -> None:
    _annotate(document, PROVENANCE.format(node), encode_value(Provenance, provenance))


def _sign_all(document: krita.Document, node: str, provenance: Provenance) -> None:
    """A layer, or a group and its layers, which stay results where the user takes them out."""
    _sign(document, node, provenance)
    found = find(document, node)
    if found is not None and is_group(found):
        for each in layers_in(found):
            _sign(document, node_id(each), provenance)


def _sign_group(document: krita.Document, member: str, provenance: Provenance) -> None:
    """So that it stays a result though the user puts something of their own into it."""
    node = find(document, member)
    group = node.parentNode() if node is not None else None
    if group is not None:
        _sign(document, node_id(group), provenance)


def _annotate(document: krita.Document, kind: str, content: bytes) -> None:
    document.setAnnotation(kind, "Velatura", QByteArray(content))
