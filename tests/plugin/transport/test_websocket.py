from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from tests.contracts.transport import Ends, TransportContract
from velatura_plugin.transport.base import TransportClosed
from velatura_plugin.transport.websocket import WebSocketTransport
from velatura_protocol.errors import BackendUnavailable, Unauthorised

TOKEN = "a-token"


class _ServerEnd(WebSocketTransport):
    """The same pump on the server's end of a connection."""

    def __init__(self, connection: ServerConnection) -> None:
        super().__init__(connection)  # type: ignore[arg-type]


@asynccontextmanager
async def listening(handler, **options) -> AsyncIterator[str]:
    server: Server
    async with serve(handler, "127.0.0.1", 0, compression=None, max_size=None, **options) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


class TestWebSocketTransport(TransportContract):
    @pytest.fixture(autouse=True)
    def _token(self, token_file: Path) -> None:
        self.token_file = token_file

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Ends]:
        arrived: asyncio.Future[ServerConnection] = asyncio.get_running_loop().create_future()

        async def handler(connection: ServerConnection) -> None:
            arrived.set_result(connection)
            await connection.wait_closed()

        async with listening(handler) as url:
            here = await WebSocketTransport.open(url, self.token_file)
            yield Ends(here, _ServerEnd(await arrived))
            await here.close()


async def test_the_token_is_sent_and_read_anew_each_time(token_file: Path) -> None:
    seen: list[tuple[str | None, str | None, str | None]] = []

    async def handler(connection: ServerConnection) -> None:
        assert connection.request is not None
        headers = connection.request.headers
        seen.append(
            (
                headers.get("Authorization"),
                headers.get("Origin"),
                headers.get("Sec-WebSocket-Extensions"),
            )
        )

    async with listening(handler) as url:
        for token in ("first", "second"):
            token_file.write_text(token)
            await (await WebSocketTransport.open(url, token_file)).close()
    assert seen == [("Bearer first", None, None), ("Bearer second", None, None)]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (HTTPStatus.UNAUTHORIZED, Unauthorised),
        (HTTPStatus.FORBIDDEN, Unauthorised),
        (HTTPStatus.NOT_FOUND, BackendUnavailable),
    ],
)
async def test_a_refused_connection(token_file: Path, status: HTTPStatus, error: type) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(status, "no")

    async def handler(connection: ServerConnection) -> None: ...

    async with listening(handler, process_request=refuse) as url:
        with pytest.raises(error):
            await WebSocketTransport.open(url, token_file)


async def test_nobody_there(token_file: Path, unused_tcp_port: int) -> None:
    with pytest.raises(BackendUnavailable) as raised:
        await WebSocketTransport.open(f"ws://127.0.0.1:{unused_tcp_port}/", token_file)
    assert raised.value.params == {"reason": "refused"}
    assert raised.value.retryable


async def test_no_token(tmp_path: Path, unused_tcp_port: int) -> None:
    with pytest.raises(BackendUnavailable) as raised:
        await WebSocketTransport.open(f"ws://127.0.0.1:{unused_tcp_port}/", tmp_path / "none")
    assert raised.value.params == {"reason": "no token"}


async def test_somebody_else_is_there(token_file: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(BackendUnavailable):
            await WebSocketTransport.open(f"ws://127.0.0.1:{port}/", token_file)


async def test_text_is_not_understood(token_file: Path) -> None:
    closed: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def handler(connection: ServerConnection) -> None:
        await connection.send("text")
        await connection.wait_closed()
        closed.set_result(connection.close_code)

    async with listening(handler) as url:
        transport = await WebSocketTransport.open(url, token_file)
        with pytest.raises(TransportClosed):
            await transport.receive()
        assert await closed == 1003


async def test_nobody_is_followed_elsewhere(token_file: Path) -> None:
    """A backend redirects nobody; who does would get the picture."""
    reached: list[str] = []

    async def handler(connection: ServerConnection) -> None: ...

    def note(connection: ServerConnection, request: Request) -> None:
        reached.append(request.path)

    async with listening(handler, process_request=note) as elsewhere:

        def redirect(connection: ServerConnection, request: Request) -> Response:
            response = connection.respond(HTTPStatus.TEMPORARY_REDIRECT, "")
            response.headers["Location"] = elsewhere
            return response

        async with listening(handler, process_request=redirect) as url:
            with pytest.raises(BackendUnavailable) as raised:
                await WebSocketTransport.open(url, token_file)
    assert raised.value.params == {"reason": "status 307"}
    assert reached == []


async def test_what_is_sent_into_a_connection_that_ends_is_told_as_closed(token_file: Path) -> None:
    """Whatever the library makes of it: it ends while there is still much to write."""

    async def taken(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async def say_much(transport: WebSocketTransport) -> None:
        for _ in range(100):
            await transport.send(bytes(4 * 1024 * 1024 + 1))

    async with serve(taken, "127.0.0.1", 0, compression=None, max_size=1000) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        for _ in range(20):
            transport = await WebSocketTransport.open(url, token_file)
            with pytest.raises(TransportClosed):
                await say_much(transport)
            await transport.close()
