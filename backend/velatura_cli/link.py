"""The command line's way to a backend, and its patience with it."""

from __future__ import annotations

from collections.abc import Callable

from velatura_plugin.controller import Controller
from velatura_plugin.events import Link as LinkStatus
from velatura_protocol.errors import BackendUnavailable, Cancelled, VelaturaError

from .interruption import Interruption
from .loop import MainLoop

MEETING_SECONDS = 30.0
"""How long a backend may take to be met; it is ready in less than one on an idle machine."""

LOST_SECONDS = 20
"""How long a command waits for a backend that it has lost."""


class Link:
    """Connects when it is first needed, so that bad input costs no backend."""

    def __init__(
        self, loop: MainLoop, interruption: Interruption, connect: Callable[[], Controller]
    ) -> None:
        self._loop = loop
        self._interruption = interruption
        self._connect = connect
        self._controller: Controller | None = None

    def controller(self) -> Controller:
        """The controller, with a backend that has said what it can do.

        :raises BackendUnavailable, DataDirectoryInUse, Refused: none could be met
        :raises Cancelled: interrupted
        """
        if self._controller is None:
            self._controller = self._connect()
            self._controller.start()
        controller = self._controller
        met = self._loop.run_until(
            lambda: bool(controller.state.engines) or self._has_to_stop(), timeout=MEETING_SECONDS
        )
        self._check()
        if not met:
            raise BackendUnavailable(reason="no answer")
        return controller

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """:raises VelaturaError: interrupted, or the backend was lost for good"""
        self._loop.run_until(lambda: condition() or self._has_to_stop())
        if not condition():
            self._check()

    def wait_quietly(self, condition: Callable[[], bool], seconds: float) -> None:
        """Whatever happens, for at most this long."""
        self._loop.run_until(condition, timeout=seconds)

    def close(self) -> None:
        if self._controller is not None:
            self._controller.close()

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
        if self._controller is None:
            return None
        link = self._controller.state.link
        if link.link is LinkStatus.OFFLINE and link.error is not None:
            return link.error.exception()
        if link.link is not LinkStatus.ONLINE and link.waited >= LOST_SECONDS:
            return BackendUnavailable(reason="connection lost")
        return None
