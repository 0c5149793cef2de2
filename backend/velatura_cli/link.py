"""The command line's way to a backend, and its patience with it."""

from __future__ import annotations

import time
from collections.abc import Callable

from velatura_plugin.app import App
from velatura_plugin.client.events import Link as LinkStatus
from velatura_plugin.controller import Controller
from velatura_plugin.state.state import PanelState
from velatura_protocol.errors import BackendUnavailable, Cancelled, VelaturaError

from .interruption import Interruption
from .loop import MainLoop

MEETING_SECONDS = 60.0
"""How long a backend may take to be met; it is ready in less than one on an idle machine."""

LOST_SECONDS = 20.0
"""How long a command waits for a backend that it has lost."""

CLOSE_SECONDS = 2.0
"""How long a command waits at its end for what it has still to send."""


class Link:
    """Connects when it is first needed, so that bad input costs no backend.

    ``silence`` says why nobody answers.
    """

    def __init__(
        self,
        loop: MainLoop,
        interruption: Interruption,
        connect: Callable[[], App],
        silence: Callable[[], VelaturaError],
    ) -> None:
        self._loop = loop
        self._interruption = interruption
        self._connect = connect
        self._silence = silence
        self._app: App | None = None
        self._lost_since: float | None = None

    def app(self) -> App:
        """The app, with a backend that has said what it can do.

        :raises BackendUnavailable, DataDirectoryInUse, Refused: none could be met
        :raises Cancelled: interrupted
        """
        app = self._app
        if app is None:
            app = self._app = self._connect()
            app.controller.subscribe(self._look)
            app.start()
        met = self._loop.run_until(
            lambda: bool(app.controller.state.engines) or self._has_to_stop(),
            timeout=MEETING_SECONDS,
        )
        self._check()
        if not met:
            raise self._silence()
        return app

    def controller(self) -> Controller:
        """:meth:`app`'s."""
        return self.app().controller

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """:raises VelaturaError: interrupted, or the backend was lost for good"""
        self._loop.run_until(lambda: condition() or self._has_to_stop())
        if not condition():
            self._check()

    def wait_quietly(self, condition: Callable[[], bool], seconds: float) -> None:
        """Whatever happens, for at most this long."""
        self._loop.run_until(condition, timeout=seconds)

    def close(self) -> None:
        if self._app is not None:
            self._app.close(seconds=CLOSE_SECONDS)

    def _look(self, state: PanelState) -> None:
        # While a connection is lost the client tells every second what it does about it.
        if state.link.link is LinkStatus.ONLINE:
            self._lost_since = None
        elif self._lost_since is None:
            self._lost_since = time.monotonic()

    def _has_to_stop(self) -> bool:
        return self._interruption.requested or self._loss() is not None

    def _check(self) -> None:
        if self._interruption.requested:
            raise Cancelled(phase="")
        loss = self._loss()
        if loss is not None:
            raise loss

    def _loss(self) -> VelaturaError | None:
        """Why there is no use in waiting any longer."""
        if self._app is None:
            return None
        state = self._app.controller.state
        link = state.link
        if link.link in (LinkStatus.ONLINE, LinkStatus.STARTING) or link.error is None:
            return None
        # A backend that was started and ended has said why; starting it again would not help.
        has_not_started = bool(link.detail) and not state.engines
        if link.link is LinkStatus.OFFLINE or has_not_started:
            return _explained(link.error.exception(), link.detail)
        lost = self._lost_since is not None and time.monotonic() - self._lost_since > LOST_SECONDS
        return BackendUnavailable(reason="connection lost") if lost and state.engines else None


def _explained(error: VelaturaError, detail: str) -> VelaturaError:
    """With the line that a backend of this command's own wrote before it ended."""
    lines = detail.strip().splitlines()
    if lines and isinstance(error, BackendUnavailable):
        return BackendUnavailable(**{**error.params, "line": lines[-1].removeprefix("velatura: ")})
    return error
