"""Puts the plug-in's parts together."""

from __future__ import annotations

import asyncio
import os.path
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.errors import BackendUnavailable, VelaturaError
from velatura_protocol.messages import ErrorInfo

from .capture.request import GenerateRequest
from .client.client import Client, Identity, Report
from .client.events import Link, LinkChanged
from .client.job_client import CLOSE_SECONDS
from .controller import Controller
from .features.each_layer import generate_each
from .features.history import DocumentHistory
from .features.models import PanelModels
from .features.repeat import repeat
from .features.retouch import Retouch
from .host.base import Host
from .launcher.launcher import Endpoint, Launcher, StartFailed
from .settings import Settings
from .transport.base import Transport

VERSION = "0.1.0"


@dataclass(frozen=True)
class App:
    """What a host's bootstrap holds on to."""

    controller: Controller
    client: Client
    launcher: Launcher
    dialler: Dialler
    retouch: Retouch
    history: DocumentHistory
    models: PanelModels

    def start(self) -> None:
        self.controller.start()

    def repeat(self) -> str:
        """As :func:`~.features.repeat.repeat`."""
        return repeat(self.controller)

    def generate_each(self, request: GenerateRequest) -> tuple[str, ...]:
        """As :func:`~.features.each_layer.generate_each`."""
        return generate_each(self.controller, request)

    def use(self, settings: Settings) -> None:
        """From now on. Another server, or another key, is for the next connection: see
        :meth:`~.client.Client.reconnect`."""
        self.controller.settings = settings
        self.dialler.use(settings)

    def start_backend(self) -> None:
        """The user wants one, whatever the settings say."""
        self.dialler.may_start = True
        self.client.retry_now()

    def stop_start(self) -> None:
        """Ends a start that is under way."""
        self.launcher.abort()

    def close(self, *, seconds: float = CLOSE_SECONDS) -> None:
        """Ends the connection, waiting for at most ``seconds``, and the backend if it was started
        with ``with_parent``."""
        self.launcher.abort()
        self.controller.close(seconds=seconds)
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
    dialler = Dialler(launcher, settings)
    client = Client(dialler, identity, is_there=dialler.is_there)
    controller = Controller(host, client, settings=settings)
    history = DocumentHistory(controller, client)
    return App(
        controller,
        client,
        launcher,
        dialler,
        Retouch(controller),
        history,
        PanelModels(controller, client),
    )


class Dialler:
    """Connects to the backend the settings name, else to the one on this machine."""

    def __init__(self, launcher: Launcher, settings: Settings) -> None:
        self.may_start = settings.start_backend
        self._launcher = launcher
        self._settings: Settings = settings

    def use(self, settings: Settings) -> None:
        """For the next connection."""
        if settings.start_backend != self._settings.start_backend:
            self.may_start = settings.start_backend
        self._settings = settings

    def is_there(self) -> bool:
        """Whether one runs on this machine by now. Blocks for as long as it takes to ask it."""
        try:
            return not self._settings.server_url and self._launcher.find() is not None
        except VelaturaError:
            return False

    async def __call__(self, report: Report) -> Transport:
        """:raises VelaturaError: there is none, or it does not let us in"""
        url, token_file = self._settings.server_url, _typed(self._settings.token_file)
        ca_file = _typed(self._settings.ca_file) if url and self._settings.ca_file else None
        if not url:
            endpoint = await asyncio.to_thread(self._launcher.find)
            endpoint = endpoint or await self._start(report)
            url, token_file = endpoint.url, endpoint.token_file
        # 40 ms of importing (two busy cores, 3.13): this thread's time, not the editor's.
        from .transport.websocket import WebSocketTransport

        return await WebSocketTransport.open(url, token_file, ca_file)

    async def _start(self, report: Report) -> Endpoint:
        if not self.may_start:
            raise StartFailed("not started")
        return await _start(self._launcher, report)


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


def _typed(path: str) -> Path:
    """As shells read it: ``~`` is the home directory. One of nobody's stays as it is."""
    return Path(os.path.expanduser(path))
