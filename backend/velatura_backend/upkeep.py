"""What a backend does unasked: tells of devices, keeps the history small, goes when it is not
needed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from velatura_protocol.errors import DiskFull

from .background_tasks import BackgroundTasks
from .config import Config
from .connections.greeting import engines_now
from .heap import give_back
from .server.server import Server
from .services import Services

_log = logging.getLogger("velatura.upkeep")

_TRIM_SECONDS = 60.0
_SETTLE_SECONDS = 5.0
_GIVE_BACK_SECONDS = 5.0
_LOOK_SECONDS = 2.0
_LOOKS_PER_GRACE = 10
_ORPHAN_SECONDS = 0.05

# The parent's own connection may still be on its way out when its end of our input is shut: on a
# busy machine it was counted as another client, and the next command met a backend about to go.
_SETTLE_LOOKS = 10


class Upkeep:
    """``stopped`` is set once nobody has needed the backend for the grace time, or, once it is
    ``orphaned``, when no client is left. Another command may have found it meanwhile: then
    ``staying`` is set first."""

    def __init__(self, config: Config, server: Server, services: Services) -> None:
        self._config = config
        self._server = server
        self._services = services
        self._background_tasks = BackgroundTasks()
        self._ended = asyncio.Event()
        self._look = asyncio.Event()
        self.stopped = asyncio.Event()
        self.orphaned = asyncio.Event()
        self.staying = asyncio.Event()

    def start(self) -> None:
        self._background_tasks.spawn(self._trim())
        self._background_tasks.spawn(self._settle())
        self._background_tasks.spawn(self._give_back())
        self._background_tasks.spawn(self._outlive())
        self._background_tasks.spawn(self._follow_engines())
        if self._config.grace_seconds is not None:
            self._background_tasks.spawn(self._watch(self._config.grace_seconds))

    async def close(self) -> None:
        await self._background_tasks.dismiss()

    def announce(self) -> None:
        """The executor's devices have changed."""
        capabilities = self._services.capabilities()
        for connection in self._server.connections:
            connection.tell_everybody(capabilities)

    def models_changed(self) -> None:
        """Here; another process is noticed a little later."""
        self._look.set()

    def job_ended(self) -> None:
        self._ended.set()

    async def _trim(self) -> None:
        """At the start and after jobs have ended, but no more often than worth the reading."""
        while True:
            try:
                await self._services.history.trim(self._config.retention)
            except DiskFull:
                _log.warning("no room on the disk to forget anything")
            await asyncio.sleep(_TRIM_SECONDS)
            await self._ended.wait()
            self._ended.clear()

    async def _settle(self) -> None:
        """Has the journal learn of ends it had no room for."""
        while True:
            await asyncio.sleep(_SETTLE_SECONDS)
            if self._services.ledger.owes:
                await self._services.ledger.settle()

    async def _give_back(self) -> None:
        """Memory, as long as there is anything that takes some."""
        while True:
            await asyncio.sleep(_GIVE_BACK_SECONDS)
            if self._server.connections:
                await asyncio.to_thread(give_back)

    async def _watch(self, grace: float) -> None:
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < grace:
            await asyncio.sleep(grace / _LOOKS_PER_GRACE)
            services = self._services
            is_idle = services.dispatcher.is_idle and services.models.is_idle
            if self._server.connections or not is_idle:
                idle_since = time.monotonic()
        self.stopped.set()

    async def _outlive(self) -> None:
        await self.orphaned.wait()
        looks = 0
        while self._server.connections:
            looks += 1
            if looks > _SETTLE_LOOKS:
                self.staying.set()
            await asyncio.sleep(_ORPHAN_SECONDS)
        self.stopped.set()

    async def _follow_engines(self) -> None:
        """Tells every client when models have come or gone, whoever brought them: the command line
        works on the store by itself."""
        known = tuple(self._services.specs)
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), _LOOK_SECONDS)
            self._look.clear()
            if (now := tuple(self._services.specs)) != known:
                known = now
                news = engines_now(self._services)
                for connection in self._server.connections:
                    connection.tell_everybody(news)
