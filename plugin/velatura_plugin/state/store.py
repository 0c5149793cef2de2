"""Holds the panel's state and tells who listens."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

from velatura_protocol.errors import NotFound, VelaturaError
from velatura_protocol.messages import ErrorInfo

from ..client.events import ClientEvent
from .reducer import reduce
from .state import JobView, Notice, NoticeRaised, PanelEvent, PanelState

T = TypeVar("T")
Listener = Callable[[PanelState], None]
Watcher = Callable[[ClientEvent], None]


class Store:
    """UI thread only."""

    def __init__(self) -> None:
        self._state = PanelState()
        self._listeners: list[Listener] = []
        self._watchers: list[Watcher] = []
        self._held = False

    @property
    def state(self) -> PanelState:
        return self._state

    def view(self, job: str) -> JobView:
        """:raises NotFound: no such job is on the panel"""
        view = self._state.job(job)
        if view is None:
            raise NotFound(what="job", id=job)
        return view

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Returns the function that ends the subscription."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Like :meth:`subscribe`, for the backend's events one by one."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def publish(self, event: ClientEvent) -> None:
        for watcher in list(self._watchers):
            watcher(event)

    def apply(self, event: PanelEvent) -> None:
        before = self._state
        self._state = reduce(before, event)
        if self._state is not before and not self._held:
            self._notify()

    def attempt(self, action: Callable[[], T]) -> T | None:
        """The action's result; its error becomes the notice."""
        try:
            return action()
        except VelaturaError as error:
            self.apply(NoticeRaised(Notice(ErrorInfo.of(error))))
            return None

    @contextmanager
    def together(self) -> Generator[None, None, None]:
        """Listeners hear once of all that changes inside."""
        before, held = self._state, self._held
        self._held = True
        try:
            yield
        finally:
            self._held = held
            if self._state is not before and not held:
                self._notify()

    def _notify(self) -> None:
        for listener in list(self._listeners):
            listener(self._state)
