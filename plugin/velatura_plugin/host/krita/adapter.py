# pyright: standard
"""The host adapter: Krita's documents as the plug-in's core sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import krita

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, Pixels
from velatura_protocol.tasks import SampleSource

from ..base import (
    FILE_PREFIX,
    Document,
    LayerContent,
    LayerInfo,
    PatchContent,
    PreviewFrame,
    ResultContent,
    RoleContent,
    Selection,
    Spot,
)
from ..luminance import luminance_times_alpha
from .accepting import (
    accept,
    accept_all,
    branch_of,
    is_on_canvas,
    placement_of,
    results_in,
    stored_key,
)
from .ants import Ants
from .colours import ColourSpaces, format_of
from .files import file_content
from .layers import Branch
from .listing import described, listed, selected_nodes, view_of
from .opened import OpenDocument, OpenDocuments
from .qt import QGuiApplication, QIcon, Qt
from .reading import View, canvas_of, read, seen, seen_alone, seen_below
from .thread import Poster, undisturbed
from .tree import is_mask, layer_of

UNNAMED = "Velatura"
ANNOUNCED_MILLISECONDS = 4000
PRIORITY_MEDIUM = 1


class KritaHost:
    """Implements :class:`~velatura_plugin.host.base.Host`. Made and used on the GUI thread.

    References to layers are their unique ids, as Krita writes them, or their names.
    """

    def __init__(self) -> None:
        self._application = krita.Krita.instance()
        self.poster = Poster()
        self._colours = ColourSpaces()
        self._documents = OpenDocuments(self._colours, self.poster.post)
        self._ants = Ants()

    @property
    def name(self) -> str:
        return f"krita/{self._application.version().split()[0]}"

    @property
    def is_busy(self) -> bool:
        """One of its calls is under way, from which Krita may go through its event loop: whatever
        looks at documents by a timer is to wait for the next time."""
        return self.poster.is_held

    def post(self, action: Callable[[], None]) -> None:
        self.poster.post(action)

    def is_open(self, document_id: str) -> bool:
        return self._documents.has(document_id)

    def close(self) -> None:
        """When Krita is about to end. What jobs have on canvases is to be cleared before."""
        self._ants.end(self._documents.active())
        self._documents.forget()
        self._colours.close()

    # -- looking -----------------------------------------------------------------------------------

    @undisturbed
    def active_document(self) -> Document | None:
        opened = self._documents.active()
        self._ants.follow(opened)
        return None if opened is None else self._described(opened)

    def layers(self, document: Document) -> tuple[LayerInfo, ...]:
        opened = self._find(document)
        return tuple(listed(opened.document, opened.stage.staged_ids()))

    def active_layer(self, document: Document) -> LayerInfo | None:
        opened = self._find(document)
        layer = opened.stage.active_layer()
        return None if layer is None else described(layer, results_in(opened.document))

    def selected_layers(self, document: Document) -> tuple[LayerInfo, ...]:
        opened = self._find(document)
        marked = [each for each in selected_nodes(opened.document) if not is_mask(each)]
        results = results_in(opened.document)
        own = tuple(described(each, results) for each in marked if not opened.stage.is_staged(each))
        active = self.active_layer(document)
        # With what is staged alone marked, or a mask, the user still works on a layer.
        return own if own else (active,) if active is not None else ()

    def selection(self, document: Document) -> Selection | None:
        opened = self._find(document)
        selection, region = opened.selected(), self.selection_bounds(document)
        if selection is None or region is None:
            return None
        return Selection(region, read(selection.pixelData, region, MASK_FORMAT))

    def selection_bounds(self, document: Document) -> Rect | None:
        opened = self._find(document)
        selection = opened.selected()
        if selection is None:
            return None
        drawn = Rect(selection.x(), selection.y(), selection.width(), selection.height())
        return drawn.intersection(canvas_of(opened.document))

    def deselect(self, document: Document) -> None:
        """By Krita 5.2 not in its history; from 5.3 an entry without a name."""
        self._find(document).document.setSelection(None)

    def is_drawing(self) -> bool:
        return QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton

    @undisturbed
    def capture(
        self, document: Document, source: SampleSource, region: Rect, *, layer: str = ""
    ) -> Pixels:
        opened = self._find(document)
        view = self._view(opened)
        if not canvas_of(opened.document).contains(region):
            raise BadTask(field="region", reason=TaskFault.OUTSIDE_CANVAS)
        node = layer_of(opened.node(layer)) if layer else opened.stage.active_layer()
        if source is SampleSource.VISIBLE or node is None:
            return seen(view, region)
        if source is SampleSource.BELOW:
            return seen_below(view, node, region)
        return seen_alone(view, node, region)

    @undisturbed
    def role_content(self, document: Document, reference: str) -> RoleContent:
        opened = self._find(document)
        if reference.startswith(FILE_PREFIX):
            return file_content(reference.removeprefix(FILE_PREFIX), self._colours)
        node, region = opened.node(reference), canvas_of(opened.document)
        if is_mask(node):
            return RoleContent(region, read(node.pixelData, region, MASK_FORMAT), ColourSpace())
        return RoleContent(region, seen_alone(self._view(opened), node, region))

    @undisturbed
    def mask_content(
        self, document: Document, reference: str, *, within: Rect | None = None
    ) -> Selection:
        opened = self._find(document)
        node, canvas = opened.node(reference), canvas_of(opened.document)
        region = _extent(node).intersection(canvas if within is None else within)
        region = region.intersection(canvas)
        if region.is_empty:
            return Selection(region, Pixels(region.size, MASK_FORMAT, b""))
        if is_mask(node):
            return Selection(region, read(node.pixelData, region, MASK_FORMAT))
        # Outside of its extent a layer is transparent: pixel by pixel, every one counts.
        pixels = seen_alone(self._view(opened), node, region)
        return Selection(region, luminance_times_alpha(pixels))

    def document_key(self, document: Document) -> str:
        return stored_key(self._find(document).document)

    # -- the canvas --------------------------------------------------------------------------------

    @undisturbed
    def show_preview(
        self, document: Document, job: str, frame: PreviewFrame, *, spot: Spot
    ) -> None:
        stage = self._find(document).stage
        if self.is_drawing() and not stage.has(job):
            return  # to insert a layer would end the user's stroke; the next preview comes soon
        # With a mask from the start: the result that follows has one, and can then be written
        # into the same layer.
        mask = Pixels(frame.region.size, MASK_FORMAT, b"\xff" * frame.region.area)
        patch = PatchContent(frame.region, frame.pixels, mask)
        layer = LayerContent(UNNAMED, frame.region, (patch,))
        self._show(document, job, Branch(UNNAMED, (layer,)), Placement.ABOVE, spot)

    @undisturbed
    def show_result(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot
    ) -> None:
        branch = branch_of(result, tuple(filter(is_on_canvas, result.layers)))
        self._show(document, job, branch, placement_of(branch), spot)

    @undisturbed
    def clear(self, document: Document, job: str) -> None:
        self._find(document).stage.clear(job)
        self._ants.follow(self._documents.active())

    @undisturbed
    def accept(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot, document_key: str
    ) -> None:
        accept(self._find(document), job, result, spot, document_key)
        self._ants.follow(self._documents.active())

    @undisturbed
    def accept_all(
        self,
        document: Document,
        job: str,
        name: str,
        results: tuple[ResultContent, ...],
        *,
        spot: Spot,
        document_key: str,
    ) -> None:
        accept_all(self._find(document), job, name, results, spot, document_key)
        self._ants.follow(self._documents.active())

    def announce(self, document: Document, text: str) -> None:
        _float(view_of(self._find(document).document), text)

    def announce_in_front(self, text: str) -> None:
        """Over whatever the user looks at, a document that cannot be served included."""
        window = self._application.activeWindow()
        _float(window.activeView() if window is not None else None, text)

    # ----------------------------------------------------------------------------------------------

    def _show(
        self, document: Document, job: str, branch: Branch, placement: Placement, spot: Spot
    ) -> None:
        stage = self._find(document).stage
        try:
            stage.show(job, branch, placement, spot)
        finally:
            self._ants.follow(self._documents.active())

    def _find(self, document: Document) -> OpenDocument:
        return self._documents.get(document.id)

    def _view(self, opened: OpenDocument) -> View:
        form = format_of(opened.document)
        return View(opened.document, form, tuple(opened.stage.staged_nodes()))

    def _described(self, opened: OpenDocument) -> Document:
        document = opened.document
        size = Size(document.width(), document.height())
        form = format_of(document)
        # Krita's name is a title that few give; what users know is the file's.
        name = document.name() or PurePath(document.fileName()).name
        return Document(opened.id, name, size, form, self._colours.of(document))


def _float(view: krita.View | None, text: str) -> None:
    if view is not None:
        view.showFloatingMessage(text, QIcon(), ANNOUNCED_MILLISECONDS, PRIORITY_MEDIUM)


def _extent(node: krita.Node) -> Rect:
    bounds = node.bounds()
    return Rect(bounds.x(), bounds.y(), max(0, bounds.width()), max(0, bounds.height()))
