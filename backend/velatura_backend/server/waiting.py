"""Connections that have not shown a token yet, kept few.

Whoever can reach the port can open sockets and say nothing. Were the newest turned away, a crowd
would keep everybody out; so the one that has waited longest goes. An honest handshake takes
milliseconds, and is through before it is the oldest. Over TLS there are two, and either has its
place here.
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
        self._waiting: dict[object, Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def guest(self, protocol: ServerProtocol, server: Server, **options: Any) -> ServerConnection:
        """As ``websockets`` makes a connection; it waits from its first moment."""
        return _Guest(self, protocol, server, **options)

    def let_in(self, connection: ServerConnection) -> None:
        """Its handshake is done."""
        self.leave(connection)

    def enter(self, who: object, turn_away: Callable[[], None]) -> None:
        """From now on ``who`` may be turned away."""
        self._waiting[who] = turn_away
        if len(self._waiting) > self._most:
            oldest = next(iter(self._waiting))
            self._waiting.pop(oldest)()

    def leave(self, who: object) -> None:
        self._waiting.pop(who, None)


class _Guest(ServerConnection):
    def __init__(
        self, room: WaitingRoom, protocol: ServerProtocol, server: Server, **options: Any
    ) -> None:
        # Before the library wraps it together with the connection itself.
        self._plain_logger = protocol.logger
        super().__init__(protocol, server, **options)
        self._room = room

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._room.enter(self, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.leave(self)
        super().connection_lost(exc)
        self._let_go_of_itself()

    def _let_go_of_itself(self) -> None:
        """By what it logs under, and by the frames of what ended its parser, it would stay until
        the collector comes, and with it all that talked through it."""
        self.logger = self.protocol.logger = self._plain_logger
        if self.protocol.parser_exc is not None:
            self.protocol.parser_exc.__traceback__ = None
