# pyright: standard
"""The host adapter: GIMP's pictures as the plug-in's core sees them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from velatura_protocol.errors import BadTask, NotFound, Unsupported, VelaturaError
from velatura_protocol.faults import TaskFault, UnsupportedWhat
from velatura_protocol.geometry import Rect, Size
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
from .accepting import accept, accept_all
from .branches import Branch, branch_of
from .buffers import read_mask
from .files import file_content
from .formats import colour_of, format_of
from .gi_names import Gegl, Gimp
from .listing import described, listed
from .opened import OpenImage, OpenImages
from .provenance import key_of
from .reading import View, seen, seen_alone, seen_below
from .tree import walked
from .turns import soon

UNNAMED = "Velatura"


class GimpHost:
    """Implements :class:`~velatura_plugin.host.base.Host`. Made and used on the main thread.

    ``previews_on_canvas``: whether running jobs show on the canvas, too. ``cleans``: takes away
    what processes before this one have left staged. References to layers and channels are GIMP's
    numbers for them, or their names.
    """

    def __init__(self, *, previews_on_canvas: bool = True, cleans: bool = False) -> None:
        Gegl.init(None)  # without it scaled reads are black, and nothing says so
        self.images = OpenImages(are_cleaned=cleans)
        self.previews_on_canvas = previews_on_canvas
        self._has_rehearsed = False

    @property
    def name(self) -> str:
        return f"gimp/{Gimp.version()}"

    def post(self, action: Callable[[], None]) -> None:
        soon(action)

    def is_open(self, document_id: str) -> bool:
        return self.images.has(document_id)

    # -- looking -----------------------------------------------------------------------------------

    def active_document(self) -> Document | None:
        opened = self.images.active()
        return None if opened is None else _described(opened)

    def layers(self, document: Document) -> tuple[LayerInfo, ...]:
        opened = self._find(document)
        return tuple(listed(opened.image, opened.stage.ids()))

    def active_layer(self, document: Document) -> LayerInfo | None:
        layer = self._find(document).stage.active_layer()
        return None if layer is None else described(layer)

    def selected_layers(self, document: Document) -> tuple[LayerInfo, ...]:
        opened = self._find(document)
        staged = opened.stage.ids()
        marked = {each.get_id() for each in opened.image.get_selected_layers()} - staged
        own = [described(each) for each, _ in walked(opened.image) if each.get_id() in marked]
        active = self.active_layer(document)
        return tuple(reversed(own)) if own else (active,) if active is not None else ()

    def selection(self, document: Document) -> Selection | None:
        region = self.selection_bounds(document)
        if region is None:
            return None
        drawn = self._find(document).image.get_selection()
        return Selection(region, read_mask(drawn, region))

    def selection_bounds(self, document: Document) -> Rect | None:
        image = self._find(document).image
        _, is_any, left, top, right, bottom = Gimp.Selection.bounds(image)
        if not is_any:
            return None
        return Rect(left, top, right - left, bottom - top)

    def deselect(self, document: Document) -> None:
        image = self._find(document).image
        if not Gimp.Selection.is_empty(image):
            Gimp.Selection.none(image)

    def is_drawing(self) -> bool:
        """GIMP tells nobody; a selection is there only once it is drawn."""
        return False

    def rehearse(self) -> None:
        """Captures a pixel, once: what Python and GEGL are asked for takes them several times as
        long the first time, and the press of the button would wait for it."""
        if self._has_rehearsed:
            return
        opened = self.images.active()
        layer = None if opened is None else opened.stage.active_layer()
        if opened is None or layer is None or opened.image.get_floating_sel() is not None:
            return
        self._has_rehearsed = True
        pixel = Rect(0, 0, 1, 1)
        with suppress(VelaturaError):  # whoever captures in earnest is told
            read_mask(opened.image.get_selection(), pixel)
            seen_below(_view(opened), layer, pixel)

    def capture(
        self, document: Document, source: SampleSource, region: Rect, *, layer: str = ""
    ) -> Pixels:
        opened = self._find(document)
        view = _view(opened)
        if not view.canvas.contains(region):
            raise BadTask(field="region", reason=TaskFault.OUTSIDE_CANVAS)
        if opened.image.get_floating_sel() is not None:
            raise Unsupported(what=UnsupportedWhat.FLOATING_SELECTION)
        captured = opened.item(layer) if layer else opened.stage.active_layer()
        if captured is None:
            raise NotFound(what="layer", id="")
        if source is SampleSource.VISIBLE or not captured.is_layer():
            return seen(view, region)
        if source is SampleSource.BELOW:
            return seen_below(view, captured, region)
        return seen_alone(view, captured, region)

    def role_content(self, document: Document, reference: str) -> RoleContent:
        opened = self._find(document)
        if reference.startswith(FILE_PREFIX):
            return file_content(reference.removeprefix(FILE_PREFIX))
        item, view = opened.item(reference), _view(opened)
        if not item.is_layer():
            return RoleContent(view.canvas, read_mask(item, view.canvas), ColourSpace())
        return RoleContent(view.canvas, seen_alone(view, item, view.canvas))

    def mask_content(
        self, document: Document, reference: str, *, within: Rect | None = None
    ) -> Selection:
        opened = self._find(document)
        view = _view(opened)
        region = view.canvas if within is None else within.intersection(view.canvas)
        if region.is_empty:
            return Selection(region, Pixels(region.size, MASK_FORMAT, b""))
        if reference.startswith(FILE_PREFIX):
            found = file_content(reference.removeprefix(FILE_PREFIX))
            return Selection(found.region, luminance_times_alpha(found.pixels))
        item = opened.item(reference)
        if not item.is_layer():
            return Selection(region, read_mask(item, region))
        return Selection(region, luminance_times_alpha(seen_alone(view, item, region)))

    def document_key(self, document: Document) -> str:
        return key_of(self._find(document).image)

    # -- the canvas --------------------------------------------------------------------------------

    def show_preview(
        self, document: Document, job: str, frame: PreviewFrame, *, spot: Spot
    ) -> None:
        if self.previews_on_canvas:
            patch = PatchContent(frame.region, frame.pixels)
            layer = LayerContent(UNNAMED, frame.region, (patch,))
            self._fitting(document).stage.show(job, Branch(UNNAMED, (layer,)), spot)
            Gimp.displays_flush()

    def show_result(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot
    ) -> None:
        opened, branch = self._fitting(document), branch_of(result)
        if branch is None:
            opened.stage.clear(job)
        else:
            opened.stage.show(job, branch, spot)
        Gimp.displays_flush()

    def clear(self, document: Document, job: str) -> None:
        self._find(document).stage.clear(job)
        Gimp.displays_flush()

    def accept(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot, document_key: str
    ) -> None:
        accept(self._fitting(document), job, result, spot, document_key)
        Gimp.displays_flush()

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
        accept_all(self._fitting(document), job, name, results, spot, document_key)
        Gimp.displays_flush()

    def announce(self, document: Document, text: str) -> None:
        """In the status bar, or its own place for messages."""
        self._find(document)
        Gimp.message(text)

    def _find(self, document: Document) -> OpenImage:
        return self.images.get(document.id)

    def _fitting(self, document: Document) -> OpenImage:
        """The picture, if it is still in the colours that its description says: what a job has
        made is in those.

        :raises BadTask: it was converted meanwhile
        """
        opened = self._find(document)
        now = _described(opened)
        if (now.format, now.colour) != (document.format, document.colour):
            raise BadTask(field="picture", reason=TaskFault.OTHER_COLOURS)
        return opened


def _view(opened: OpenImage) -> View:
    return View(opened.image, format_of(opened.image), opened.stage.layers())


def _described(opened: OpenImage) -> Document:
    image = opened.image
    size = Size(image.get_width(), image.get_height())
    form = format_of(image).pixels
    return Document(opened.id, image.get_name(), size, form, colour_of(image))
