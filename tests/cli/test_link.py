from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from velatura_backend.engines.registry import specs
from velatura_cli.files_host import FilesHost
from velatura_cli.interruption import Interruption
from velatura_cli.link import Link
from velatura_cli.loop import MainLoop
from velatura_plugin.app import App, Dialler
from velatura_plugin.client.events import ClientEvent, Greeted, LinkChanged
from velatura_plugin.client.events import Link as LinkStatus
from velatura_plugin.client.order import JobOrder
from velatura_plugin.controller import Controller
from velatura_plugin.features.history import DocumentHistory
from velatura_plugin.features.models import PanelModels
from velatura_plugin.features.retouch import Retouch
from velatura_plugin.launcher.launcher import Launcher
from velatura_plugin.settings import Settings
from velatura_protocol.errors import (
    BackendUnavailable,
    Cancelled,
    DataDirectoryInUse,
    ErrorCode,
)
from velatura_protocol.messages import PROTOCOL, ErrorInfo, Limits, Welcome

WELCOME = Greeted(Welcome(PROTOCOL, "0", (), specs(), Limits()))
ONLINE = LinkChanged(LinkStatus.ONLINE)


class ScriptedClient:
    """Tells what the test wants as soon as it is connected."""

    def __init__(self, *events: ClientEvent) -> None:
        self._events = events
        self.is_closed = False
        self.tell: Callable[[ClientEvent], None] = lambda event: None

    def connect(self, listener: Callable[[ClientEvent], None]) -> None:
        self.tell = listener
        for event in self._events:
            listener(event)

    def retry_now(self) -> None: ...
    def submit(self, order: JobOrder) -> None: ...
    def cancel(self, job: str) -> None: ...
    def acknowledge(self, job: str, seq: int) -> None: ...
    def list_jobs(self, *, document_key: str = "", limit: int = 50, everyone: bool = False) -> int:
        return 0

    def forget(self, jobs: tuple[str, ...], *, everyone: bool = False) -> int:
        return 0

    def close(self, *, seconds: float) -> None:
        self.is_closed = True


class Bench:
    def __init__(self, *events: ClientEvent) -> None:
        self.loop = MainLoop()
        self.client = ScriptedClient(*events)
        self.interruption = Interruption(self.loop.wake)
        host = FilesHost("files/test", self.loop.post)
        self.controller = Controller(host, self.client)
        launcher = Launcher(Path("nowhere"))
        dialler = Dialler(launcher, Settings())
        self.link = Link(
            self.loop,
            self.interruption,
            lambda: App(
                self.controller,
                self.client,
                launcher,
                dialler,
                Retouch(self.controller),
                DocumentHistory(self.controller, self.client),
                PanelModels(self.controller, self.client),
            ),
            lambda: BackendUnavailable(reason="no answer"),
        )


def test_a_backend_is_met() -> None:
    bench = Bench(ONLINE, WELCOME)
    assert bench.link.controller().state.engines == specs()
    assert bench.link.controller() is bench.link.controller()
    bench.link.close()
    assert bench.client.is_closed


def test_nothing_is_connected_before_it_is_needed() -> None:
    bench = Bench()
    bench.link.close()
    assert not bench.client.is_closed


def test_why_none_is_met() -> None:
    error = ErrorInfo(ErrorCode.DATA_DIRECTORY_IN_USE, {"pid": 7})
    with pytest.raises(DataDirectoryInUse) as refused:
        Bench(LinkChanged(LinkStatus.OFFLINE, error=error)).link.controller()
    assert refused.value.params == {"pid": 7}


def test_an_interrupt_ends_every_wait() -> None:
    bench = Bench(ONLINE, WELCOME)
    bench.link.controller()
    bench.interruption.requested = True
    with pytest.raises(Cancelled):
        bench.link.wait_for(lambda: False)
    bench.link.wait_for(lambda: True)
    bench.link.wait_quietly(lambda: False, 0.01)


def test_a_backend_that_could_not_start_has_said_why() -> None:
    error = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "ended with exit code 4"})
    said = LinkChanged(LinkStatus.RECONNECTING, error=error, detail="noise\nvelatura: no room\n")
    with pytest.raises(BackendUnavailable) as unavailable:
        Bench(said).link.controller()
    assert unavailable.value.params["line"] == "no room"


def test_a_backend_lost_for_long_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(WELCOME, ONLINE)
    bench.link.controller()
    error = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "lost"})
    bench.client.tell(LinkChanged(LinkStatus.RECONNECTING, retry_in=1, error=error))
    assert bench.loop.run_until(lambda: bench.controller.state.link.error == error, timeout=60)
    monkeypatch.setattr("velatura_cli.link.LOST_SECONDS", 0.0)
    with pytest.raises(BackendUnavailable, match="connection lost"):
        bench.link.wait_for(lambda: False)
