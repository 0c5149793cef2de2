"""An editor in memory: documents, layers, selections and an undo log, without a window.

It is what tests and the doctor run the whole plugin against, and the measure for real adapters:
the contract suite asks of them what this host does.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from velatura_protocol.errors import BadTask, NotFound
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource

from .base import (
    Document,
    LayerContent,
    PatchContent,
    PreviewFrame,
    ResultContent,
    RoleContent,
    Selection,
)
from .samples import Raster, luminance_times_alpha


@dataclass(frozen=True)
class MemoryLayer:
    """``job`` names the job whose preview or staged variation it is; empty: the user's own."""

    name: str
    patches: tuple[PatchContent, ...]
    opacity: float = 1.0
    visible: bool = True
    job: str = ""
    provenance: Provenance | None = None


@dataclass(frozen=True)
class Contents:
    """Everything of a document that an undo step brings back. ``layers`` from bottom to top."""

    size: Size
    layers: tuple[MemoryLayer, ...]
    active: int = 0
    selection: Selection | None = None

    def own_layers(self) -> tuple[MemoryLayer, ...]:
        return tuple(each for each in self.layers if not each.job)


@dataclass
class MemoryDocument:
    id: str
    name: str
    format: PixelFormat
    colour: ColourSpace
    contents: Contents
    undo_log: list[Contents] = field(default_factory=list[Contents])
    annotations: dict[str, str] = field(default_factory=dict[str, str])

    def composite(self, layers: tuple[MemoryLayer, ...], region: Rect) -> Pixels:
        raster = Raster.transparent(region, self.format)
        for layer in layers:
            for patch in layer.patches if layer.visible else ():
                raster.lay(patch, layer.opacity)
        return raster.pixels()


_KEY = "velatura/document-key"


class MemoryHost:
    """Implements :class:`~velatura_plugin.host.base.Host`.

    The thread that calls :meth:`run_pending` or :meth:`run_until` is its UI thread.
    """

    def __init__(self, name: str = "memory/1") -> None:
        self.documents: dict[str, MemoryDocument] = {}
        self.active: str | None = None
        self._name = name
        self._opened = 0
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    # -- what a user does --------------------------------------------------------------------------

    def open(
        self, pixels: Pixels, *, name: str = "untitled", colour: ColourSpace | None = None
    ) -> Document:
        """Opens a document of one layer and makes it the active one."""
        region = Rect.of_size(pixels.size)
        layer = MemoryLayer("Background", (PatchContent(region, pixels),))
        contents = Contents(pixels.size, (layer,))
        self.active = self._add(name, pixels.format, colour or ColourSpace(), contents)
        return self.document(self.active)

    def document(self, document_id: str) -> Document:
        """:raises NotFound: it is not open"""
        opened = self._opened_document(document_id)
        return Document(opened.id, opened.name, opened.contents.size, opened.format, opened.colour)

    def close(self, document: Document) -> None:
        del self.documents[document.id]
        if self.active == document.id:
            self.active = next(iter(self.documents), None)

    def select(self, document: Document, region: Rect, data: bytes | None = None) -> None:
        """``data`` None: all of ``region``."""
        pixels = Pixels(region.size, MASK_FORMAT, data or b"\xff" * region.area)
        self._change(
            document, replace(self._contents(document), selection=Selection(region, pixels))
        )

    def deselect(self, document: Document) -> None:
        self._change(document, replace(self._contents(document), selection=None))

    def add_layer(self, document: Document, name: str, region: Rect, pixels: Pixels) -> None:
        """On top of the layer stack; becomes the active layer."""
        contents = self._contents(document)
        layer = MemoryLayer(name, (PatchContent(region, pixels),))
        layers = (*contents.layers, layer)
        self._change(document, replace(contents, layers=layers, active=len(layers) - 1))

    def activate_layer(self, document: Document, index: int) -> None:
        self._change(document, replace(self._contents(document), active=index))

    def undo(self, document: Document) -> None:
        opened = self._opened_document(document.id)
        opened.contents = opened.undo_log.pop()

    def flatten(self, document: Document) -> Pixels:
        """What the user sees, previews included."""
        opened = self._opened_document(document.id)
        return opened.composite(opened.contents.layers, Rect.of_size(opened.contents.size))

    # -- Host --------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    def active_document(self) -> Document | None:
        return None if self.active is None else self.document(self.active)

    def selection(self, document: Document) -> Selection | None:
        return self._opened_document(document.id).contents.selection

    def capture(self, document: Document, source: SampleSource, region: Rect) -> Pixels:
        opened = self._opened_document(document.id)
        contents = opened.contents
        if not Rect.of_size(contents.size).contains(region):
            raise BadTask(field="region", reason="outside the canvas")
        layers = {
            SampleSource.BELOW: contents.layers[: contents.active + 1],
            SampleSource.VISIBLE: contents.layers,
            SampleSource.LAYER: contents.layers[contents.active : contents.active + 1],
        }[source]
        own = tuple(each for each in layers if not each.job)
        if source is SampleSource.LAYER:
            own = tuple(replace(each, opacity=1.0, visible=True) for each in own)
        return opened.composite(own, region)

    def role_content(self, document: Document, reference: str) -> RoleContent:
        opened = self._opened_document(document.id)
        layer = self._layer(opened, reference)
        region = Rect.of_size(opened.contents.size)
        return RoleContent(region, opened.composite((replace(layer, visible=True),), region))

    def mask_content(self, document: Document, reference: str) -> Selection:
        content = self.role_content(document, reference)
        return Selection(content.region, luminance_times_alpha(content.pixels))

    def document_key(self, document: Document) -> str:
        return self._opened_document(document.id).annotations.get(_KEY, "")

    def show_preview(self, document: Document, job: str, frame: PreviewFrame) -> None:
        patch = PatchContent(frame.region, frame.pixels)
        self._stage(document, job, (MemoryLayer(f"[Preview] {job}", (patch,), job=job),))

    def show_result(self, document: Document, job: str, result: ResultContent) -> None:
        on_canvas = [each for each in result.layers if _is_on_canvas(each)]
        layers = [
            MemoryLayer(f"[Preview] {each.name}", each.patches, each.opacity, job=job)
            for each in on_canvas
        ]
        self._stage(document, job, tuple(layers))

    def clear(self, document: Document, job: str) -> None:
        self._stage(document, job, ())

    def accept(
        self, document: Document, job: str, result: ResultContent, *, document_key: str
    ) -> None:
        self.clear(document, job)
        opened = self._opened_document(document.id)
        contents = opened.contents
        for layer in result.layers:
            contents = self._placed(opened, contents, layer, result.provenance)
        if contents is not opened.contents:
            self._change(document, contents)
        opened.annotations[_KEY] = document_key

    def post(self, action: Callable[[], None]) -> None:
        self._posted.put(action)

    # -- the UI thread -----------------------------------------------------------------------------

    def run_pending(self) -> None:
        while not self._posted.empty():
            self._posted.get()()

    def run_until(self, done: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Runs posted actions until ``done``.

        :raises TimeoutError: it did not come true in time
        """
        deadline = time.monotonic() + seconds
        while not done():
            try:
                self._posted.get(timeout=max(0.0, deadline - time.monotonic()))()
            except queue.Empty:
                raise TimeoutError(f"nothing happened for {seconds:g} s") from None

    # ----------------------------------------------------------------------------------------------

    def _opened_document(self, document_id: str) -> MemoryDocument:
        opened = self.documents.get(document_id)
        if opened is None:
            raise NotFound(what="document", id=document_id)
        return opened

    def _layer(self, opened: MemoryDocument, name: str) -> MemoryLayer:
        for layer in opened.contents.own_layers():
            if layer.name == name:
                return layer
        raise NotFound(what="layer", id=name)

    def _contents(self, document: Document) -> Contents:
        return self._opened_document(document.id).contents

    def _change(self, document: Document, contents: Contents) -> None:
        """One undo step."""
        opened = self._opened_document(document.id)
        opened.undo_log.append(opened.contents)
        opened.contents = contents

    def _add(self, name: str, format: PixelFormat, colour: ColourSpace, contents: Contents) -> str:
        self._opened += 1
        document_id = f"document-{self._opened}"
        self.documents[document_id] = MemoryDocument(document_id, name, format, colour, contents)
        return document_id

    def _stage(self, document: Document, job: str, layers: tuple[MemoryLayer, ...]) -> None:
        """Replaces the job's layers above the active one, past the undo log."""
        opened = self._opened_document(document.id)
        before = opened.contents
        active = before.layers[before.active]
        others = [each for each in before.layers if each.job != job]
        at = next(index for index, each in enumerate(others) if each is active)
        opened.contents = replace(
            before, layers=(*others[: at + 1], *layers, *others[at + 1 :]), active=at
        )

    def _placed(
        self,
        opened: MemoryDocument,
        contents: Contents,
        layer: LayerContent,
        provenance: Provenance,
    ) -> Contents:
        new = MemoryLayer(layer.name, layer.patches, layer.opacity, provenance=provenance)
        match layer.placement:
            case Placement.NEW_DOCUMENT:
                self._add(layer.name, opened.format, opened.colour, _own_document(layer, new))
                return contents
            case Placement.RESIZE_DOCUMENT:
                return _resized(contents, layer.region, new)
            case Placement.ABOVE:
                at = contents.active + 1
            case Placement.BELOW:
                at = contents.active
            case Placement.TOP:
                at = len(contents.layers)
        layers = (*contents.layers[:at], new, *contents.layers[at:])
        # The active layer stays what it was: nobody's brush changes its target.
        active = contents.active + (1 if at <= contents.active else 0)
        return replace(contents, layers=layers, active=active)


def _own_document(layer: LayerContent, new: MemoryLayer) -> Contents:
    """The layer as a document: its region's corner at 0, 0, in its own pixels."""
    corner, scale = layer.region, layer.scale
    patches = tuple(
        replace(each, region=_placed_at(each, corner.x, corner.y, scale)) for each in new.patches
    )
    size = Size(round(corner.width * scale), round(corner.height * scale))
    return Contents(size, (replace(new, patches=patches),))


def _placed_at(patch: PatchContent, left: int, top: int, scale: float) -> Rect:
    size = patch.pixels.size
    x, y = round((patch.region.x - left) * scale), round((patch.region.y - top) * scale)
    return Rect(x, y, size.width, size.height)


def _is_on_canvas(layer: LayerContent) -> bool:
    return layer.placement in (Placement.ABOVE, Placement.BELOW, Placement.TOP)


def _resized(contents: Contents, region: Rect, new: MemoryLayer) -> Contents:
    """The canvas becomes ``region``: every layer moves with its origin."""
    layers = tuple(
        replace(
            layer,
            patches=tuple(
                replace(each, region=each.region.translated(-region.x, -region.y))
                for each in layer.patches
            ),
        )
        for layer in (*contents.layers, new)
    )
    return Contents(region.size, layers, contents.active, None)
