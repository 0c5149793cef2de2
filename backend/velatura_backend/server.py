"""The WebSocket server: who is let in, and the socket each connection talks through."""

from __future__ import annotations

import errno
import http
import logging
import socket

from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from velatura_protocol.errors import BackendUnavailable

from .auth import Gate, Handshake
from .config import LOOPBACK, Config
from .connection import Connection, SocketClosed
from .services import Services

_log = logging.getLogger("velatura.server")

_TRY_AGAIN_LATER = 1013
_UNSUPPORTED_DATA = 1003

# Messages that wait to be read, and bytes that wait to be written, before anybody has to wait.
_READ_AHEAD = 8
_WRITE_AHEAD = 1024 * 1024


class _Socket:
    """A WebSocket as :class:`~velatura_backend.connection.Socket`."""

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

    async def close(self) -> None:
        await self._connection.close()


class Server:
    """Listens from :meth:`open` to :meth:`close`."""

    def __init__(self, config: Config, services: Services, token: str) -> None:
        self._config = config
        self._services = services
        self._token = token
        self._connections: set[Connection] = set()
        self._server: WebSocketServer | None = None
        self._gate: Gate | None = None
        self.url = ""

    @property
    def connections(self) -> frozenset[Connection]:
        return frozenset(self._connections)

    async def open(self) -> None:
        """:raises BackendUnavailable: the address cannot be had, or is not this machine's own"""
        listener = listen(self._config.address, self._config.port)
        name, port = listener.getsockname()[:2]
        self._gate = Gate(self._token, port)
        self._server = await serve(
            self._talk,
            sock=listener,
            process_request=self._judge,
            compression=None,
            max_size=self._config.limits.message_bytes,
            max_queue=_READ_AHEAD,
            write_limit=_WRITE_AHEAD,
            open_timeout=self._config.handshake_seconds,
            ping_interval=self._config.heartbeat_seconds,
            ping_timeout=self._config.heartbeat_seconds,
            close_timeout=2.0,
            server_header=None,
            logger=_socket_log(),
        )
        self.url = f"ws://[{name}]:{port}/" if ":" in name else f"ws://{name}:{port}/"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        assert self._gate is not None
        handshake = Handshake(request.path, tuple(request.headers.raw_items()))
        status = self._gate.judge(handshake)
        if status is None:
            return None
        if status is not http.HTTPStatus.OK:
            _log.info("a handshake was answered %d", status)
        return connection.respond(status, f"{self._gate.words(handshake, status)}\n")

    async def _talk(self, peer: ServerConnection) -> None:
        if len(self._connections) >= self._config.connections:
            await peer.close(_TRY_AGAIN_LATER)
            return
        _send_at_once(peer)
        connection = Connection(self._services, _Socket(peer))
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
    numeric = "127.0.0.1" if address == "localhost" else address
    family = socket.AF_INET6 if ":" in numeric else socket.AF_INET
    try:
        return socket.create_server((numeric, port), family=family)
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        raise BackendUnavailable(reason="port_in_use" if taken else "cannot_listen") from error


def _send_at_once(connection: ServerConnection) -> None:
    """A small message after a small one would wait for the client's delayed acknowledgement, 40 ms
    and more. asyncio sees to that only for sockets that were made with TCP's number."""
    connection.transport.get_extra_info("socket").setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )


def _socket_log() -> logging.Logger:
    """Without the library's news of every handshake, and of every one that breaks off."""
    logger = logging.getLogger("velatura.socket")
    logger.setLevel(logging.CRITICAL)
    return logger
