"""What the jobs of this process have on documents' canvases, and taking it away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from velatura_protocol.errors import BadInput
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import ErrorInfo, Placement
from velatura_protocol.tasks import SampleSource

from .capture.growth import Growth, Held, growth_of, settled, settled_preview
from .capture.request import GenerateRequest
from .host.base import Document, Host, LayerInfo, PreviewFrame, ResultContent, Spot
from .previews import CanvasGate
from .stack import NOT_DRAWN, topmost_result
from .state.state import DocumentView


class JobCanvas:
    """The place of one job on the canvas of its document: empty, a preview, or a variation."""

    def __init__(
        self,
        host: Host,
        document: Document,
        job: str,
        spot: Spot,
        clock: Callable[[], float],
        *,
        look: LayerInfo | None = None,
    ) -> None:
        """``look``: the layer that results are blended like; None: as the engine says."""
        self.document = document
        self.spot = spot
        self._look = look
        self._host = host
        self._job = job
        self._clock = clock
        self._gate = CanvasGate(clock)
        self._is_occupied = False
        self._held = Held(Rect.of_size(document.size))
        self._ever_held = [self._held]

    def show_preview(self, frame: PreviewFrame) -> None:
        """Shown if the canvas can bear it now; one smaller than its region, or beyond the canvas,
        never is."""
        moved = settled_preview(frame, self._held)
        inside = self._held.scale == 1.0 and self._held.bounds.contains(moved.region)
        if inside and frame.pixels.size == frame.region.size:
            self._gate.offer(lambda: self._preview(moved))

    def show(self, content: ResultContent) -> None:
        self._is_occupied = True
        content = settled(_like(content, self._look), self._canvas())
        self._host.show_result(self.document, self._job, content, spot=self.spot)

    def clear(self) -> None:
        if self._is_occupied:
            self._is_occupied = False
            self._host.clear(self.document, self._job)

    def accept(self, content: ResultContent, *, name: str, document_key: str) -> Growth | None:
        """One undo step of the host. What became of the canvas, for :meth:`resized` of all that
        share the document; None: it is as it was."""
        named = settled(_like(_named(content, name), self._look), self._canvas())
        before = self._host.layers(self.document)
        self._host.accept(
            self.document, self._job, named, spot=self.spot, document_key=document_key
        )
        self._is_occupied = False
        self._go_above(before)
        return growth_of(named)

    def accept_all(
        self, contents: Sequence[tuple[str, ResultContent]], *, name: str, document_key: str
    ) -> None:
        """Several, each with its name, as a group called ``name``: one undo step. See
        :func:`fit_together` for what can be grouped."""
        canvas = self._canvas()
        results = tuple(
            settled(_like(_named(content, own), self._look), canvas) for own, content in contents
        )
        self._host.accept_all(
            self.document, self._job, name, results, spot=self.spot, document_key=document_key
        )
        self._is_occupied = False

    def resized(self, growth: Growth) -> None:
        """The canvas has become another one."""
        self._held = self._held.after(growth)
        self._ever_held.append(self._held)

    def again(self, job: str) -> JobCanvas:
        """That of a job with the same captured pixels."""
        canvas = JobCanvas(self._host, self.document, job, self.spot, self._clock, look=self._look)
        canvas._held, canvas._ever_held = self._held, list(self._ever_held)
        return canvas

    def forget(self) -> None:
        """The document is gone, and what was on its canvas with it."""
        self._is_occupied = False

    def _go_above(self, before: tuple[LayerInfo, ...]) -> None:
        """What the job shows next goes over what it has just added, or nobody would see it."""
        known = {each.reference for each in before}
        after = self._host.layers(self.document)
        new = next((each for each in after if each.reference not in known), None)
        if new is not None and not self.spot.group:
            self.spot = replace(self.spot, layer=new.reference)

    def _canvas(self) -> Held:
        """The canvas of now in the pixels of the capture. A user who undid the growth has the size
        of then again, until it is redone."""
        active = self._host.active_document()
        if active is not None and active.id == self.document.id:
            states = (self._held, *reversed(self._ever_held))
            fitting = (each for each in states if each.bounds.size == active.size)
            self._held = next(fitting, self._held)
        return self._held

    def _preview(self, frame: PreviewFrame) -> None:
        self._is_occupied = True
        self._host.show_preview(self.document, self._job, frame, spot=self.spot)


def canvas_of(
    host: Host,
    document: Document,
    job: str,
    request: GenerateRequest,
    clock: Callable[[], float],
) -> JobCanvas:
    """The place of a job that was captured just now, for this request."""
    spot, look = spot_of(host, document, request), look_of(host, document, request)
    return JobCanvas(host, document, job, spot, clock, look=look)


def on_layer(host: Host, document: Document, request: GenerateRequest) -> GenerateRequest:
    """With the layer it is about, whatever the user activates while it runs. Over the active one's
    results, if there are any: the next has to be made of what they show, and to lie on them."""
    active = None if request.layer else host.active_layer(document)
    if active is None:
        return request
    layer = active.reference
    if request.sample_source is SampleSource.BELOW:
        layer = topmost_result(host.layers(document), layer)
    return replace(request, layer=layer)


def spot_of(host: Host, document: Document, request: GenerateRequest) -> Spot:
    """Over the captured layer; over all there are now where all that is visible was captured."""
    layer = request.layer
    if request.sample_source is SampleSource.VISIBLE:
        drawn = (each for each in host.layers(document) if each.kind not in NOT_DRAWN)
        layer = next((each.reference for each in drawn if each.depth == 0), layer)
    return Spot(layer, request.group)


def look_of(host: Host, document: Document, request: GenerateRequest) -> LayerInfo | None:
    """A layer that was captured by itself, which the result takes after: what was laid over the
    picture in some way, and half transparent perhaps, is to be seen in the same way again."""
    if request.sample_source is not SampleSource.LAYER:
        return None
    layers = host.layers(document)
    return next((each for each in layers if each.reference == request.layer), None)


def _like(content: ResultContent, look: LayerInfo | None) -> ResultContent:
    """Where the engine has no wish of its own."""
    if look is None:
        return content
    layers = (
        replace(each, blend=look.blend, opacity=look.opacity)
        if (each.blend, each.opacity, each.placement) == ("normal", 1.0, Placement.ABOVE)
        else each
        for each in content.layers
    )
    return replace(content, layers=tuple(layers))


def fit_together(contents: Sequence[ResultContent]) -> bool:
    """Whether they can be layers of one group: several of them, none of which changes the canvas's
    size or opens a document."""
    apart = (Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT)
    layers = [layer for content in contents for layer in content.layers]
    return len(contents) > 1 and not any(each.placement in apart for each in layers)


def _named(content: ResultContent, name: str) -> ResultContent:
    """The result is called ``name``, and so is the group of its layers. What was made beside it
    keeps a name that says what it is, and so do several layers that are the result together."""
    layers = content.layers
    if len(content.main) == 1:
        named = replace(content.main[0], name=name)
        layers = tuple(named if each is content.main[0] else each for each in layers)
    return replace(content, layers=layers, name=name)


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


def look_at(host: Host, known: DocumentView | None = None) -> DocumentView | None:
    """The active document as it is now, or why it cannot be served.

    Asked several times a second, so the layer tree is not read: ``known`` hands its own on.
    """
    try:
        document = host.active_document()
        if document is None:
            return None
        selected, layer = host.selection_bounds(document), host.active_layer(document)
    except BadInput as error:
        return DocumentView("", "", Size(0, 0), problem=ErrorInfo.of(error))
    layers = known.layers if known is not None and known.id == document.id else ()
    return DocumentView(
        document.id, document.name, document.size, selected, layer=layer, layers=layers
    )


def with_layers(host: Host, view: DocumentView | None) -> DocumentView | None:
    """The same with the layer tree of now, for whoever lets the user pick from it."""
    document = host.active_document() if view is not None and view.problem is None else None
    if view is None or document is None:
        return view
    return replace(view, layers=host.layers(document))
