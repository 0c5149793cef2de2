"""The WebSocket server: who is let in, and the socket each connection talks through."""

from __future__ import annotations

import asyncio
import errno
import http
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, cast

from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from velatura_protocol.errors import BackendUnavailable

from ..background_tasks import BackgroundTasks
from ..config import LOOPBACK, Config, Outside
from ..connections.connection import Connection, SocketClosed
from ..services import Services
from .auth import Gate, Handshake, loopback_hosts
from .exposure import names_of, outside_hosts, tls_of
from .tls import TlsDoor
from .waiting import WaitingRoom

_log = logging.getLogger("velatura.server")

_TRY_AGAIN_LATER = 1013
_UNSUPPORTED_DATA = 1003

# Messages that wait to be read, and bytes that wait to be written, before anybody has to wait.
_READ_AHEAD = 8
_WRITE_AHEAD = 1024 * 1024

# At a time from a socket. In asyncio's 256 KiB there are dozens of a stroke's messages, which all
# wait before anybody can be told to wait: 40 clients had 2,500 of them here.
_READ_BYTES = 64 * 1024

# Sockets that have not shown a token, at a time: more than all editors of a studio coming back at
# once, fewer than a process may have files.
_MOST_WAITING = 256

_Talk = Callable[[ServerConnection], Awaitable[None]]


class _Socket:
    """A WebSocket as :class:`~velatura_backend.connections.connection.Socket`."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    async def receive(self) -> bytes:
        try:
            data = await self._connection.recv()
        except ConnectionClosed as error:
            raise SocketClosed from error
        if isinstance(data, str):
            await self._connection.close(_UNSUPPORTED_DATA)
            raise SocketClosed
        return data

    async def send(self, data: bytes) -> None:
        try:
            await self._connection.send(data)
        except ConnectionClosed as error:
            raise SocketClosed from error
        except AttributeError as error:
            # The library aborts a socket that has ended meanwhile, while there was still something
            # to write, once more; asyncio's has no loop any more then (Python 3.11).
            if self._connection.close_code is None:
                raise
            raise SocketClosed from error

    async def close(self) -> None:
        await self._connection.close()


class Server:
    """Listens from :meth:`open` to :meth:`close`: on loopback, and where the configuration says so
    on an address beyond it, over TLS. ``outside_url`` is that one's, or empty."""

    def __init__(self, config: Config, services: Services, token: str) -> None:
        self._config = config
        self._services = services
        self._token = token
        self._connections: set[Connection] = set()
        self._servers: list[WebSocketServer] = []
        self._waiting = WaitingRoom(_MOST_WAITING)
        self._handshakes = BackgroundTasks()
        self.url = ""
        self.outside_url = ""

    @property
    def connections(self) -> frozenset[Connection]:
        return frozenset(self._connections)

    async def open(self) -> None:
        """:raises BackendUnavailable: an address cannot be had, or must not be served as it is"""
        outside = self._config.outside
        context = tls_of(outside) if outside is not None else None
        listener = listen(self._config.address, self._config.port)
        name, port = listener.getsockname()[:2]
        talk = partial(self._talk, is_local=True)
        await self._serve(listener, talk, loopback_hosts(port), self._waiting.guest)
        self.url = f"ws://[{name}]:{port}/" if ":" in name else f"ws://{name}:{port}/"
        if outside is not None and context is not None:
            await self._open_outside(outside, context)

    async def _open_outside(self, outside: Outside, context: ssl.SSLContext) -> None:
        listener = listen_outside(outside)
        port = listener.getsockname()[1]
        talk = partial(self._talk, is_local=False)
        seconds = self._config.handshake_seconds
        door = TlsDoor(self._waiting, context, seconds, self._handshakes)
        await self._serve(listener, talk, outside_hosts(outside, port), door.guest)
        name = names_of(outside)[0]
        self.outside_url = f"wss://[{name}]:{port}/" if ":" in name else f"wss://{name}:{port}/"

    async def _serve(
        self,
        listener: socket.socket,
        talk: _Talk,
        hosts: Iterable[str],
        guest: Callable[..., asyncio.Protocol],
    ) -> None:
        server = await serve(
            talk,
            sock=listener,
            process_request=partial(_judge, Gate(self._token, hosts)),
            create_connection=cast("Any", guest),
            compression=None,
            max_size=self._config.limits.message_bytes,
            max_queue=_READ_AHEAD,
            write_limit=_WRITE_AHEAD,
            open_timeout=self._config.handshake_seconds,
            # The session has pings of its own, which do not take our pauses for the client's death.
            ping_interval=None,
            close_timeout=2.0,
            server_header=None,
            logger=_socket_log(),
        )
        self._servers.append(server)

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        await self._handshakes.dismiss()
        for server in self._servers:
            await server.wait_closed()

    async def _talk(self, peer: ServerConnection, *, is_local: bool) -> None:
        self._waiting.let_in(peer)
        if len(self._connections) >= self._config.connections:
            await peer.close(_TRY_AGAIN_LATER)
            return
        _send_at_once(peer)
        _read_a_little(peer)
        connection = Connection(
            self._services,
            _Socket(peer),
            shares_files=is_local,
            heartbeat_seconds=self._config.heartbeat_seconds,
        )
        self._connections.add(connection)
        try:
            await connection.run()
        except Exception:
            _log.exception("a connection broke")
        finally:
            self._connections.discard(connection)


def listen(address: str, port: int) -> socket.socket:
    """A listening socket on this machine's own address.

    :raises BackendUnavailable: ``not_loopback``, ``port_in_use`` or ``cannot_listen``
    """
    if address not in LOOPBACK:
        # Beyond this machine a token alone would be readable on its way; that takes TLS.
        raise BackendUnavailable(reason="not_loopback")
    return _listening("127.0.0.1" if address == "localhost" else address, port)


def listen_outside(outside: Outside) -> socket.socket:
    """:raises BackendUnavailable: ``port_in_use`` or ``cannot_listen``"""
    return _listening(outside.address, outside.port)


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family)
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        raise BackendUnavailable(reason="port_in_use" if taken else "cannot_listen") from error


def _judge(gate: Gate, connection: ServerConnection, request: Request) -> Response | None:
    handshake = Handshake(request.path, tuple(request.headers.raw_items()))
    status = gate.judge(handshake)
    if status is None:
        return None
    if status is not http.HTTPStatus.OK:
        _log.info("a handshake was answered %d", status)
    return connection.respond(status, f"{gate.words(handshake, status)}\n")


def _send_at_once(connection: ServerConnection) -> None:
    """A small message after a small one would wait for the client's delayed acknowledgement, 40 ms
    and more. asyncio sees to that only for sockets that were made with TCP's number."""
    connection.transport.get_extra_info("socket").setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )


def _read_a_little(connection: ServerConnection) -> None:
    """Where asyncio reads ahead by a number that can be had: not over TLS."""
    transport: Any = connection.transport
    if hasattr(transport, "max_size"):
        transport.max_size = _READ_BYTES


def _socket_log() -> logging.Logger:
    """Without the library's news of every handshake, and of every one that breaks off."""
    logger = logging.getLogger("velatura.socket")
    logger.setLevel(logging.CRITICAL)
    return logger
