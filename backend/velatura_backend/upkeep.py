"""What a backend does unasked: tells of devices, keeps the history small, goes when it is not
needed."""

from __future__ import annotations

import asyncio
import logging
import time

from velatura_protocol.errors import DiskFull

from .config import Config
from .crew import Crew
from .server import Server
from .services import Services

_log = logging.getLogger("velatura.upkeep")

_TRIM_SECONDS = 60.0
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
        self._crew = Crew()
        self._ended = asyncio.Event()
        self.stopped = asyncio.Event()
        self.orphaned = asyncio.Event()
        self.staying = asyncio.Event()

    def start(self) -> None:
        self._crew.spawn(self._trim())
        self._crew.spawn(self._outlive())
        if self._config.grace_seconds is not None:
            self._crew.spawn(self._watch(self._config.grace_seconds))

    async def close(self) -> None:
        await self._crew.dismiss()

    def announce(self) -> None:
        """The executor's devices have changed."""
        capabilities = self._services.capabilities()
        for connection in self._server.connections:
            connection.tell_capabilities(capabilities)

    def job_ended(self) -> None:
        self._ended.set()

    async def _trim(self) -> None:
        """At the start and after jobs have ended, but no more often than worth the reading."""
        while True:
            try:
                await self._services.history.trim(self._config.retention, time.time())
            except DiskFull:
                _log.warning("no room on the disk to forget anything")
            await asyncio.sleep(_TRIM_SECONDS)
            await self._ended.wait()
            self._ended.clear()

    async def _watch(self, grace: float) -> None:
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < grace:
            await asyncio.sleep(grace / _LOOKS_PER_GRACE)
            if self._server.connections or not self._services.dispatcher.is_idle:
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
