"""Puts the plug-in's parts together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.errors import BackendUnavailable
from velatura_protocol.messages import ErrorInfo

from .client import Client, Dial, Identity, Report
from .controller import Controller
from .events import Link, LinkChanged
from .host.base import Host
from .launcher import Endpoint, Launcher, StartFailed
from .settings import Settings
from .transport import Transport
from .transport_websocket import WebSocketTransport

VERSION = "0.1.0"


@dataclass(frozen=True)
class App:
    """What a host's bootstrap holds on to."""

    controller: Controller
    client: Client
    launcher: Launcher

    def start(self) -> None:
        self.controller.start()

    def close(self) -> None:
        """Ends the connection, and the backend if it was started with ``with_parent``."""
        self.launcher.abort()
        self.controller.close()
        self.launcher.stop()


def build(
    host: Host,
    settings: Settings,
    data_directory: Path,
    *,
    command: Sequence[str] | None = None,
    with_parent: bool = False,
    client_secret: str = "",
) -> App:
    """``settings`` has an identity (``SettingsStore.load_with_identity``). ``command`` starts the
    backend, by default the installed one; ``with_parent`` ends it with this process.
    ``client_secret`` replaces the settings' own: the token owner's, for who may see all jobs."""
    launcher = Launcher(data_directory, command=command, with_parent=with_parent)
    identity = Identity(
        settings.client_id, client_secret or settings.client_secret, host.name, VERSION
    )
    client = Client(dialler(launcher, settings), identity)
    return App(Controller(host, client, settings=settings), client, launcher)


def dialler(launcher: Launcher, settings: Settings) -> Dial:
    """Connects to the backend the settings name, else to the one on this machine."""

    async def dial(report: Report) -> Transport:
        if settings.server_url:
            return await WebSocketTransport.open(settings.server_url, Path(settings.token_file))
        endpoint = await asyncio.to_thread(launcher.find)
        if endpoint is None:
            if not settings.start_backend:
                raise StartFailed("not started")
            endpoint = await _start(launcher, report)
        return await WebSocketTransport.open(endpoint.url, endpoint.token_file)

    return dial


async def _start(launcher: Launcher, report: Report) -> Endpoint:
    """Says every second how long it has taken so far, and how the one before it ended."""
    cause = launcher.exit_cause()
    error = ErrorInfo.of(BackendUnavailable(reason=cause)) if cause else None
    detail = launcher.log_tail() if cause else ""
    starting = asyncio.ensure_future(asyncio.to_thread(launcher.start))
    waited = 0
    try:
        while True:
            report(LinkChanged(Link.STARTING, waited=waited, error=error, detail=detail))
            done, _ = await asyncio.wait({starting}, timeout=1.0)
            if done:
                return starting.result()
            waited += 1
            detail = launcher.log_tail()
    except asyncio.CancelledError:
        launcher.abort()
        raise
