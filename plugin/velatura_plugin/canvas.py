"""What the jobs of this process have on documents' canvases, and taking it away again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from velatura_protocol.errors import BadInput
from velatura_protocol.geometry import Size
from velatura_protocol.messages import ErrorInfo

from .host.base import Document, Host, PreviewFrame, ResultContent
from .previews import CanvasGate
from .state import DocumentView


class JobCanvas:
    """The place of one job on the canvas of its document: empty, a preview, or a variation."""

    def __init__(
        self, host: Host, document: Document, job: str, clock: Callable[[], float]
    ) -> None:
        self.document = document
        self._host = host
        self._job = job
        self._gate = CanvasGate(clock)
        self._is_occupied = False

    def show_preview(self, frame: PreviewFrame) -> None:
        """Shown if the canvas can bear it now; one smaller than its region never is."""
        if frame.pixels.size == frame.region.size:
            self._gate.offer(lambda: self._preview(frame))

    def show(self, content: ResultContent) -> None:
        self._is_occupied = True
        self._host.show_result(self.document, self._job, content)

    def clear(self) -> None:
        if self._is_occupied:
            self._is_occupied = False
            self._host.clear(self.document, self._job)

    def accept(self, content: ResultContent, *, name: str, document_key: str) -> None:
        """One undo step of the host. A single layer is called ``name``; several keep the engine's
        names, which tell them apart."""
        if len(content.layers) == 1:
            content = replace(content, layers=(replace(content.layers[0], name=name),))
        self._host.accept(self.document, self._job, content, document_key=document_key)
        self._is_occupied = False

    def forget(self) -> None:
        """The document is gone, and what was on its canvas with it."""
        self._is_occupied = False

    def _preview(self, frame: PreviewFrame) -> None:
        self._is_occupied = True
        self._host.show_preview(self.document, self._job, frame)


class DocumentKeys:
    """Keys under which histories are filed: the document's own, or one kept here until the host
    stores it at the first accept."""

    def __init__(self, host: Host, new_id: Callable[[], str]) -> None:
        self._host = host
        self._new_id = new_id
        self._unstored: dict[str, str] = {}

    def of(self, document: Document) -> str:
        stored = self._host.document_key(document)
        if stored:
            return stored
        return self._unstored.setdefault(document.id, self._new_id())

    def forget(self, document_id: str) -> None:
        self._unstored.pop(document_id, None)


def look_at(host: Host) -> DocumentView | None:
    """The active document as it is now, or why it cannot be served."""
    try:
        document = host.active_document()
        if document is None:
            return None
        selection = host.selection(document)
    except BadInput as error:
        return DocumentView("", "", Size(0, 0), problem=ErrorInfo.of(error))
    selected = selection.region if selection else None
    return DocumentView(document.id, document.name, document.size, selected)
