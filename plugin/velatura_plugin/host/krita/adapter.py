# pyright: standard
"""The host adapter: Krita's documents as the plug-in's core sees them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import krita

from velatura_protocol.codec import encode_value
from velatura_protocol.errors import BadTask, NotFound
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource

from ..base import (
    Document,
    LayerContent,
    PatchContent,
    PreviewFrame,
    ResultContent,
    RoleContent,
    Selection,
)
from ..samples import luminance_times_alpha
from .colours import ColourSpaces, format_of
from .newdocument import open_as_document
from .qt import QByteArray
from .reading import canvas_of, read, seen, seen_alone, seen_below
from .staging import PREVIEW, CanvasStage
from .thread import Poster
from .tree import find, is_mask

KEY = "velatura/document-key"
UNNAMED = "Velatura"
PROVENANCE = "velatura/provenance/{}"


class OpenDocument:
    """One of Krita's documents and what is staged in it."""

    def __init__(self, id: str, document: krita.Document, poster: Poster) -> None:
        self.id = id
        self.document = document
        self.stage = CanvasStage(document, poster.post)


class KritaHost:
    """Implements :class:`~velatura_plugin.host.base.Host`. Made and used on the GUI thread.

    References to layers are their unique ids, as Krita writes them, or their names.
    """

    def __init__(self) -> None:
        self._application = krita.Krita.instance()
        self._poster = Poster()
        self._colours = ColourSpaces()
        self._opened: list[OpenDocument] = []
        self._numbers = itertools.count(1)

    @property
    def name(self) -> str:
        return f"krita/{self._application.version().split()[0]}"

    def post(self, action: Callable[[], None]) -> None:
        self._poster.post(action)

    # -- looking -----------------------------------------------------------------------------------

    def active_document(self) -> Document | None:
        document = self._application.activeDocument()
        return None if document is None else self._described(self._known(document))

    def selection(self, document: Document) -> Selection | None:
        opened = self._find(document)
        selection = opened.document.selection()
        if selection is None:
            return None
        drawn = Rect(selection.x(), selection.y(), selection.width(), selection.height())
        region = drawn.intersection(canvas_of(opened.document))
        return Selection(region, read(selection.pixelData, region, MASK_FORMAT))

    def capture(self, document: Document, source: SampleSource, region: Rect) -> Pixels:
        opened = self._find(document)
        inside, stage, form = opened.document, opened.stage, format_of(opened.document)
        if not canvas_of(inside).contains(region):
            raise BadTask(field="region", reason="outside the canvas")
        layer, staged = stage.active_layer(), stage.staged_nodes()
        if source is SampleSource.VISIBLE or layer is None:
            return seen(inside, region, form, staged)
        if source is SampleSource.BELOW:
            return seen_below(inside, layer, region, form, staged)
        return seen_alone(inside, layer, region, form, staged)

    def role_content(self, document: Document, reference: str) -> RoleContent:
        opened = self._find(document)
        node, region = self._node(opened, reference), canvas_of(opened.document)
        form, staged = format_of(opened.document), opened.stage.staged_nodes()
        return RoleContent(region, seen_alone(opened.document, node, region, form, staged))

    def mask_content(self, document: Document, reference: str) -> Selection:
        opened = self._find(document)
        node, region = self._node(opened, reference), canvas_of(opened.document)
        if is_mask(node):
            return Selection(region, read(node.pixelData, region, MASK_FORMAT))
        content = self.role_content(document, reference)
        return Selection(content.region, luminance_times_alpha(content.pixels))

    def document_key(self, document: Document) -> str:
        return bytes(self._find(document).document.annotation(KEY)).decode("utf-8", "replace")

    # -- the canvas --------------------------------------------------------------------------------

    def show_preview(self, document: Document, job: str, frame: PreviewFrame) -> None:
        # With a mask from the start: the result that follows has one, and can then be written
        # into the same layer.
        mask = Pixels(frame.region.size, MASK_FORMAT, b"\xff" * frame.region.area)
        patch = PatchContent(frame.region, frame.pixels, mask)
        layer = LayerContent(UNNAMED, frame.region, (patch,))
        self._find(document).stage.show(job, [layer], PREVIEW.format(UNNAMED))

    def show_result(self, document: Document, job: str, result: ResultContent) -> None:
        layers = [each for each in result.layers if _is_on_canvas(each)]
        name = PREVIEW.format(_node_name(layers, result.provenance))
        self._find(document).stage.show(job, layers, name)

    def clear(self, document: Document, job: str) -> None:
        self._find(document).stage.clear(job)

    def accept(
        self, document: Document, job: str, result: ResultContent, *, document_key: str
    ) -> None:
        opened = self._find(document)
        layers = [each for each in result.layers if _is_on_canvas(each)]
        resizing = [each for each in result.layers if each.placement is Placement.RESIZE_DOCUMENT]
        if resizing:
            opened.stage.clear(job)
            _resize(opened.document, resizing[0].region)
            layers += [_moved(each, resizing[0].region) for each in resizing]
        if layers:
            name = _node_name(layers, result.provenance)
            node = opened.stage.accept(job, layers, name)
            _annotate(opened.document, PROVENANCE.format(node), _encoded(result.provenance))
        _annotate(opened.document, KEY, document_key.encode())
        for each in result.layers:
            if each.placement is Placement.NEW_DOCUMENT:
                open_as_document(opened.document, each)

    # ----------------------------------------------------------------------------------------------

    def _known(self, document: krita.Document) -> OpenDocument:
        """Wrappers are new with every call, but equal when they mean the same document."""
        self._opened = [each for each in self._opened if self._is_open(each)]
        for each in self._opened:
            if each.document == document:
                return each
        opened = OpenDocument(f"document-{next(self._numbers)}", document, self._poster)
        self._opened.append(opened)
        return opened

    def _find(self, document: Document) -> OpenDocument:
        for each in self._opened:
            if each.id == document.id and self._is_open(each):
                return each
        raise NotFound(what="document", id=document.id)

    def _is_open(self, opened: OpenDocument) -> bool:
        return any(each == opened.document for each in self._application.documents())

    def _described(self, opened: OpenDocument) -> Document:
        document = opened.document
        size = Size(document.width(), document.height())
        form = format_of(document)
        return Document(opened.id, document.name(), size, form, self._colours.of(document))

    def _node(self, opened: OpenDocument, reference: str) -> krita.Node:
        node = find(opened.document, reference) or opened.document.nodeByName(reference)
        if node is None:
            raise NotFound(what="layer", id=reference)
        return node


def _is_on_canvas(layer: LayerContent) -> bool:
    return layer.placement in (Placement.ABOVE, Placement.BELOW, Placement.TOP)


def _node_name(layers: list[LayerContent], provenance: Provenance) -> str:
    """Several layers lie in a group, which is called after what was done."""
    return layers[0].name if len(layers) == 1 else provenance.operation.value


def _resize(document: krita.Document, region: Rect) -> None:
    """Krita has no undo step for both this and the layer: it takes two."""
    document.resizeImage(region.x, region.y, region.width, region.height)
    document.waitForDone()


def _moved(layer: LayerContent, region: Rect) -> LayerContent:
    """In the coordinates of a canvas whose corner was at that of ``region``."""
    patches = tuple(
        PatchContent(each.region.translated(-region.x, -region.y), each.pixels, each.mask)
        for each in layer.patches
    )
    own = layer.region.translated(-region.x, -region.y)
    return LayerContent(layer.name, own, patches, layer.scale, layer.blend, layer.opacity)


def _annotate(document: krita.Document, kind: str, content: bytes) -> None:
    document.setAnnotation(kind, "Velatura", QByteArray(content))


def _encoded(provenance: Provenance) -> bytes:
    return encode_value(Provenance, provenance)
