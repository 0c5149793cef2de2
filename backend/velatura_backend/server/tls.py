"""The way through TLS, with a place among those who wait.

Left to itself asyncio shows a connection only when its TLS handshake is done: sockets that never
finish one could not be counted, nor turned away before their time is up.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.server import ServerProtocol

from ..background_tasks import BackgroundTasks
from .waiting import WaitingRoom

_GOODBYE_SECONDS = 2.0


@dataclass(frozen=True)
class TlsDoor:
    """``seconds``: for a handshake. ``background_tasks`` has those that go on."""

    room: WaitingRoom
    context: ssl.SSLContext
    seconds: float
    background_tasks: BackgroundTasks

    def guest(self, protocol: ServerProtocol, server: Server, **options: Any) -> asyncio.Protocol:
        """As ``websockets`` makes a connection, for a socket that is still in the clear."""
        return _Arrival(self, self.room.guest(protocol, server, **options))


class _Arrival(asyncio.Protocol):
    """A socket until it is ``guest``'s. What comes with the handshake's last bytes is kept."""

    def __init__(self, door: TlsDoor, guest: ServerConnection) -> None:
        self._door = door
        self._guest = guest
        self._early = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        socket = cast("asyncio.Transport", transport)
        # Nothing may be read before somebody is there who takes it for TLS.
        socket.pause_reading()
        self._door.room.enter(self, socket.abort)
        self._door.background_tasks.spawn(self._secure(socket))

    def data_received(self, data: bytes) -> None:
        self._early += data

    async def _secure(self, socket: asyncio.Transport) -> None:
        try:
            secure = await asyncio.get_running_loop().start_tls(
                socket,
                self,
                self._door.context,
                server_side=True,
                ssl_handshake_timeout=self._door.seconds,
                ssl_shutdown_timeout=_GOODBYE_SECONDS,
            )
        except OSError:
            # No TLS, no end of it, or nobody any more.
            return
        finally:
            self._door.room.leave(self)
        if secure is not None:
            secure.set_protocol(self._guest)
            self._guest.connection_made(secure)
            if self._early:
                self._guest.data_received(bytes(self._early))
