"""Retouch mode: whatever is selected is removed, one blemish after another, without a dialog."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from velatura_protocol.errors import BackendUnavailable, BadInput, ErrorCode, NotFound
from velatura_protocol.messages import CancelledJob
from velatura_protocol.tasks import Intent, Operation, SampleSource

from ..capture.request import GenerateRequest, MaskSource
from ..client.events import ClientEvent, JobRefused
from ..controller import Controller
from ..host.base import Document, LayerInfo, LayerKind, Selection
from ..stack import topmost_result
from ..state.state import NoticeRaised, PanelState, RetouchChanged, RetouchView
from .selection_watch import Place, SelectionWatch

GROUP = "Retouch"
"""What collects the results. Not translated: a document may be opened in another language."""


@dataclass(frozen=True)
class _Blemish:
    """A selection that has been taken off the canvas. ``layer``: the active one of then."""

    document: Document
    selection: Selection
    layer: str


class Retouch:
    """One per plug-in process, UI thread only. The panel's timer calls :meth:`tick`, some seven
    times a second; it costs nothing while the mode is off.

    Blemishes are captured strictly one after another, each when the one before it is part of the
    document, so that a place that is selected twice is worked on as it looks after the first time.
    """

    def __init__(self, controller: Controller) -> None:
        self._host = controller.host
        self._controller = controller
        self._request = GenerateRequest(Operation.FILL, Intent.REMOVE)
        self._waiting: deque[_Blemish] = deque()
        self._running = ""
        self._eye = SelectionWatch()
        self._taken: dict[Place, int] = {}
        self._met: set[str] = set()
        controller.watch(self._hear)
        controller.subscribe(self._follow)

    @property
    def is_on(self) -> bool:
        return self._controller.state.retouch.is_on

    def turn_on(self, draft: GenerateRequest) -> None:
        """Blemishes are removed by the engine and with the edge of ``draft``. What is selected now
        stays selected: it was not drawn for this. So does what is selected in a document that the
        user goes to later."""
        self._request = _removal(draft)
        self._eye = SelectionWatch()
        self._taken, self._met = {}, set()
        self._controller.store.attempt(self._meet)
        self._tell(is_on=True)

    def turn_off(self) -> None:
        """What has been taken off the canvas is still removed; nothing stays staged."""
        self._tell(is_on=False)

    def toggle(self, draft: GenerateRequest) -> None:
        if self.is_on:
            self.turn_off()
        else:
            self.turn_on(draft)

    def tick(self) -> None:
        """Takes a selection once it is the same as at the tick before and nobody is drawing. What
        goes wrong becomes the notice, and the mode stays on."""
        if self.is_on:
            self._controller.store.attempt(self._look)

    def _look(self) -> None:
        self._meet()
        if self._host.is_drawing():
            self._eye.is_kept_off()
            return
        finished = self._eye.sees(self._selected())
        if finished is None or self._has_come_back(finished):
            return
        self._taken[finished] = self._results()
        if not self._controller.state.engines:
            raise BackendUnavailable(reason="not connected")
        self._take()

    def _meet(self) -> None:
        """The document in front, if it has not been there since the mode is on."""
        try:
            document = self._host.active_document()
        except BadInput:
            return
        if document is None or document.id in self._met:
            return
        self._met.add(document.id)
        selected, self._eye = self._selected(), SelectionWatch()
        self._eye.sees(selected)
        if selected is not None:
            self._taken[selected] = self._results()

    def _has_come_back(self, place: Place) -> bool:
        """By undo, and must not be removed again for that. Undo brings a selection back only after
        all that was made since it was taken; one that was drawn by hand is meant anyway."""
        if place not in self._taken or self._eye.saw_it_drawn:
            return False
        return self._results() <= self._taken[place]

    def _results(self) -> int:
        document = self._host.active_document()
        layers = () if document is None else self._host.layers(document)
        return sum(1 for each in layers if each.is_result and each.kind is not LayerKind.GROUP)

    def _selected(self) -> Place | None:
        try:
            document = self._host.active_document()
            bounds = None if document is None else self._host.selection_bounds(document)
        except BadInput:  # which the panel shows as the document's problem already
            return None
        return None if document is None or not bounds or bounds.is_empty else (document.id, bounds)

    def _take(self) -> None:
        document = self._host.active_document()
        selection = None if document is None else self._host.selection(document)
        if document is None or selection is None:
            return
        active = self._host.active_layer(document)
        self._host.deselect(document)
        layer = active.reference if active else ""
        self._waiting.append(_Blemish(document, selection, layer))
        self._next()

    # -- one after another -------------------------------------------------------------------------

    def _next(self) -> None:
        """Begins with the first of those waiting that can be begun with."""
        store = self._controller.store
        while self._waiting and not self._running:
            notice = store.state.notice
            blemish = self._waiting.popleft()
            self._running = store.attempt(lambda blemish=blemish: self._begin(blemish)) or ""
            if notice is not None and store.state.notice is None:
                # What went wrong with the one before is still worth knowing.
                store.apply(NoticeRaised(notice))
        self._tell()

    def _begin(self, blemish: _Blemish) -> str:
        """The job's id; empty: its document is no longer open."""
        document = blemish.document
        try:
            layers = self._host.layers(document)
        except NotFound:
            return ""
        upper, group = _place(layers, blemish.layer)
        mask = MaskSource(drawn=blemish.selection)
        request = replace(self._request, mask=mask, layer=upper, group=group)
        return self._controller.generate(request, document=document, repeatable=False)

    def _hear(self, event: ClientEvent) -> None:
        """Who stops a removal wants the ones behind it stopped, too."""
        match event:
            case CancelledJob(job) if job == self._running:
                self._waiting.clear()
            case JobRefused(job, error) if job == self._running:
                if error.code is ErrorCode.CANCELLED:
                    self._waiting.clear()
            case _:
                pass

    def _follow(self, state: PanelState) -> None:
        view = state.job(self._running) if self._running else None
        if not self._running or (view is not None and view.is_active):
            return
        job, self._running = self._running, ""
        if view is not None and view.is_staging:
            # It could not be accepted, for which the notice has the reason.
            self._controller.store.attempt(lambda: self._controller.discard(job))
        self._next()

    def _tell(self, *, is_on: bool | None = None) -> None:
        is_on = self.is_on if is_on is None else is_on
        view = RetouchView(is_on, len(self._waiting))
        self._controller.store.apply(RetouchChanged(view))


def _removal(draft: GenerateRequest) -> GenerateRequest:
    """``draft`` as far as it is about removing; another task's engine and parameters are not."""
    is_about_it = (draft.operation, draft.intent) == (Operation.FILL, Intent.REMOVE)
    return GenerateRequest(
        Operation.FILL,
        Intent.REMOVE,
        engine=draft.engine if is_about_it else "",
        edge=draft.edge,
        sample_source=SampleSource.BELOW,
        parameters=dict(draft.parameters) if is_about_it else {},
        accept=True,
    )


def _place(layers: tuple[LayerInfo, ...], active: str) -> tuple[str, str]:
    """Up to which layer to capture, so that what was removed before is seen, and the group to
    collect in: another one where work has gone on over the last. ``layers`` from top to bottom."""
    ours = {each.reference: each.name for each in layers if _collects(each)}
    around = next((each.reference for each in _lineage(layers, active) if _collects(each)), active)
    upper = topmost_result(layers, around)
    names = (f"{GROUP} {number}" if number > 1 else GROUP for number in itertools.count(1))
    # The host goes by the name: one that is further up would get what is meant for a new one.
    return upper, ours.get(upper) or next(each for each in names if each not in ours.values())


def _collects(layer: LayerInfo) -> bool:
    return layer.kind is LayerKind.GROUP and bool(re.fullmatch(rf"{GROUP}( \d+)?", layer.name))


def _lineage(layers: tuple[LayerInfo, ...], layer: str) -> Iterator[LayerInfo]:
    """The layer and the groups around it, from the inside out."""
    depth: int | None = None
    for each in reversed(layers):
        if each.reference == layer or (depth is not None and each.depth < depth):
            depth = each.depth
            yield each
