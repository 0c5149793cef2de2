"""Connections that have not shown a token yet, kept few.

Whoever can reach the port can open sockets and say nothing. Were the newest turned away, a crowd
would keep everybody out; so the one that has waited longest goes. An honest handshake takes
milliseconds, and is through before it is the oldest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import Server, ServerConnection
from websockets.server import ServerProtocol


class WaitingRoom:
    """``most``: so many wait at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[_Guest, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def guest(self, protocol: ServerProtocol, server: Server, **options: Any) -> ServerConnection:
        """As ``websockets`` makes a connection; it waits from its first moment."""
        return _Guest(self._enter, self._leave, protocol, server, **options)

    def let_in(self, connection: ServerConnection) -> None:
        """Its handshake is done."""
        if isinstance(connection, _Guest):
            self._leave(connection)

    def _enter(self, guest: _Guest) -> None:
        self._waiting[guest] = None
        if len(self._waiting) > self._most:
            oldest = next(iter(self._waiting))
            self._leave(oldest)
            oldest.transport.abort()

    def _leave(self, guest: _Guest) -> None:
        self._waiting.pop(guest, None)


class _Guest(ServerConnection):
    def __init__(
        self,
        enter: Callable[[_Guest], None],
        leave: Callable[[_Guest], None],
        protocol: ServerProtocol,
        server: Server,
        **options: Any,
    ) -> None:
        super().__init__(protocol, server, **options)
        self._enter = enter
        self._leave = leave

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave(self)
        super().connection_lost(exc)
