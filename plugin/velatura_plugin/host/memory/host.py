"""The memory host itself: what a user does to it, and what the plug-in asks of it."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import replace

from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import SampleSource

from ..base import (
    Document,
    LayerInfo,
    PatchContent,
    PreviewFrame,
    ResultContent,
    RoleContent,
    Selection,
    Spot,
)
from ..luminance import luminance_times_alpha
from .editor import MemoryDocument, MemoryEditor
from .placing import Placer, as_document
from .tree import MemoryLayer, composite

_KEY = "velatura/document-key"


class MemoryHost(MemoryEditor):
    """Implements :class:`~velatura_plugin.host.base.Host`.

    The thread that calls :meth:`run_pending` or :meth:`run_until` is its UI thread. ``announced``:
    what has been said over the canvas.
    """

    def __init__(self, name: str = "memory/1") -> None:
        super().__init__()
        self.announced: list[str] = []
        self._name = name
        self._placer = Placer(self.new_layer_id)
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    # -- Host: looking -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    def active_document(self) -> Document | None:
        return None if self.active is None else self.document(self.active)

    def layers(self, document: Document) -> tuple[LayerInfo, ...]:
        return self.find(document.id).contents.infos()

    def active_layer(self, document: Document) -> LayerInfo | None:
        opened = self.find(document.id)
        return opened.contents.info(opened.active)

    def selected_layers(self, document: Document) -> tuple[LayerInfo, ...]:
        opened = self.find(document.id)
        contents = opened.contents
        marked = contents.selected or (contents.active,)
        return tuple(contents.info(each) for each in contents.own_layers() if each.id in marked)

    def selection(self, document: Document) -> Selection | None:
        return self.find(document.id).contents.selection

    def selection_bounds(self, document: Document) -> Rect | None:
        opened = self.find(document.id)
        selection = opened.contents.selection
        return None if selection is None else selection.region.intersection(opened.canvas)

    def deselect(self, document: Document) -> None:
        opened = self.find(document.id)
        opened.change(replace(opened.contents, selection=None))

    def is_drawing(self) -> bool:
        return self.drawing

    def capture(
        self, document: Document, source: SampleSource, region: Rect, *, layer: str = ""
    ) -> Pixels:
        opened = self.find(document.id)
        if not opened.canvas.contains(region):
            raise BadTask(field="region", reason=TaskFault.OUTSIDE_CANVAS)
        captured = opened.layer(layer) if layer else opened.active
        return composite(opened.contents.seen(source, captured), region, opened.format)

    def role_content(self, document: Document, reference: str) -> RoleContent:
        opened = self.find(document.id)
        shown = opened.contents.alone(opened.layer(reference))
        return RoleContent(opened.canvas, composite(shown, opened.canvas, opened.format))

    def mask_content(
        self, document: Document, reference: str, *, within: Rect | None = None
    ) -> Selection:
        opened = self.find(document.id)
        region = opened.canvas if within is None else within.intersection(opened.canvas)
        shown = opened.contents.alone(opened.layer(reference))
        pixels = composite(shown, region, opened.format)
        return Selection(region, luminance_times_alpha(pixels))

    def document_key(self, document: Document) -> str:
        return self.find(document.id).annotations.get(_KEY, "")

    # -- Host: the canvas --------------------------------------------------------------------------

    def show_preview(
        self, document: Document, job: str, frame: PreviewFrame, *, spot: Spot
    ) -> None:
        patch = PatchContent(frame.region, frame.pixels)
        opened = self._cleared(document, job)
        layer = MemoryLayer(f"[Preview] {job}", (patch,), job=job, id=self.new_layer_id())
        opened.contents = self._placer.put(opened.contents, (layer,), Placement.ABOVE, spot)

    def show_result(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot
    ) -> None:
        opened = self._cleared(document, job)
        opened.contents = self._placer.staged(opened.contents, job, result, spot)

    def clear(self, document: Document, job: str) -> None:
        self._cleared(document, job)

    def accept(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot, document_key: str
    ) -> None:
        opened = self._cleared(document, job)
        contents = self._placer.accepted(opened.contents, result, spot)
        if contents is not opened.contents:
            opened.change(contents)
        for layer in result.layers:
            if layer.placement is Placement.NEW_DOCUMENT:
                made = as_document(layer, self._placer.made(layer, result))
                self.add_document(layer.name, opened.format, opened.colour, made)
        opened.annotations[_KEY] = document_key

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
        opened = self._cleared(document, job)
        opened.change(self._placer.grouped(opened.contents, name, results, spot))
        opened.annotations[_KEY] = document_key

    def announce(self, document: Document, text: str) -> None:
        self.find(document.id)
        self.announced.append(text)

    # -- the UI thread -----------------------------------------------------------------------------

    def post(self, action: Callable[[], None]) -> None:
        self._posted.put(action)

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

    def _cleared(self, document: Document, job: str) -> MemoryDocument:
        """PromptHistory the undo log."""
        opened = self.find(document.id)
        opened.contents = opened.contents.without_job(job)
        return opened
