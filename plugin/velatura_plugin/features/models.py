"""Models from the panel: listed, installed, taken in from other programs, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import (
    ClientRequest,
    DescribeModel,
    Engines,
    ImportModels,
    InstallModel,
    ListModels,
    ModelProgress,
    Models,
    RemoveModel,
    StopModel,
    VerifyModel,
)

from ..client.events import ClientEvent, Greeted, RequestDone
from ..controller import Controller
from ..state.models import ModelsChanged, ModelsView, ModelWork
from ..state.state import Notice, NoticeRaised

_LOST = frozenset({ErrorCode.BACKEND_UNAVAILABLE})
"""The backend goes on with it, or will when it is back."""


class Asker(Protocol):
    def ask(self, make: Callable[[int], ClientRequest]) -> int:
        """Sends what ``make`` builds of its number, which is returned and repeated by the
        answer."""
        ...


class PanelModels:
    """One per plug-in process, UI thread only. Keeps ``state.models`` up to date from
    :meth:`follow` on."""

    def __init__(self, controller: Controller, client: Asker) -> None:
        self._controller = controller
        self._client = client
        self._listing = 0
        self._asked: dict[int, str] = {}
        self._follows = False

    def follow(self) -> None:
        """There is a panel: from now on what can be had is known when a backend is."""
        if not self._follows:
            self._follows = True
            self._controller.watch(self._hear)
            if self._controller.state.engines:
                self.refresh()

    # -- what the user asks for --------------------------------------------------------------------

    def open(self) -> None:
        self._show(replace(self._view, is_open=True))
        self.refresh()

    def close(self) -> None:
        self._show(replace(self._view, is_open=False))

    def refresh(self) -> None:
        """Asks again; the answer comes into the state."""
        self._listing = self._client.ask(ListModels)

    def install(self, model: str) -> None:
        """The user has seen its licence and agrees to it. Goes on where an earlier attempt
        ended."""
        arrived, total = self._view.size(model)
        self._begin(
            ModelWork(model, arrived, total),
            lambda number: InstallModel(number, model, accepted=True),
        )

    def take_in(self, place: str) -> None:
        """Another program's models, where they are."""
        self._begin(ModelWork(place), lambda number: ImportModels(number, place))

    def tell_control(self, model: str, control: str) -> None:
        """What a control network was made for, which its file does not say; empty: nobody knows."""
        self._begin(ModelWork(model), lambda number: DescribeModel(number, model, control))

    def verify(self, model: str) -> None:
        self._begin(ModelWork(model), lambda number: VerifyModel(number, model))

    def remove(self, model: str) -> None:
        self._begin(ModelWork(model), lambda number: RemoveModel(number, model))

    def stop(self, model: str) -> None:
        """What has come is kept."""
        work = self._view.work(model)
        if work is not None:
            self._show(self._view.with_work(replace(work, stopping=True)))
        self._client.ask(lambda number: StopModel(number, model))

    # -- what comes of it --------------------------------------------------------------------------

    def _begin(self, work: ModelWork, make: Callable[[int], ClientRequest]) -> None:
        """One thing at a time for each model: a second press asks for nothing more."""
        if self._view.work(work.id) is None:
            self._show(self._view.with_work(work))
            self._asked[self._client.ask(make)] = work.id

    def _hear(self, event: ClientEvent) -> None:
        match event:
            case Greeted() | Engines():
                self.refresh()
            case Models():
                if event.request == self._listing:
                    self._list(event)
            case ModelProgress():
                self._progress(event)
            case RequestDone():
                self._settle(event)
            case _:
                pass

    def _list(self, answer: Models) -> None:
        self._show(
            replace(
                self._view,
                is_known=True,
                installed=answer.installed,
                offered=answer.offered,
                places=answer.places,
                can_run=answer.can_run,
                control_kinds=answer.control_kinds,
            )
        )
        for each in answer.offered:
            # Begun before the connection was lost, or by another panel: joined, not begun again.
            if each.installing:
                self.install(each.id)

    def _progress(self, event: ModelProgress) -> None:
        work = self._view.work(self._asked.get(event.request, ""))
        if work is not None:
            self._show(self._view.with_work(replace(work, done=event.done, total=event.total)))

    def _settle(self, event: RequestDone) -> None:
        thing = self._asked.pop(event.request, None)
        if thing is None:
            return
        error = event.error
        is_trouble = error is not None and error.code is not ErrorCode.CANCELLED
        hides = error is not None and error.code in _LOST
        trouble = error if is_trouble and not hides else None
        self._show(self._view.without_work(thing, trouble))
        if trouble is not None and not self._view.is_open:
            self._controller.store.apply(NoticeRaised(Notice(trouble)))
        if not hides:
            self.refresh()

    @property
    def _view(self) -> ModelsView:
        return self._controller.state.models

    def _show(self, view: ModelsView) -> None:
        self._controller.store.apply(ModelsChanged(view))
