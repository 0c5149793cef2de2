"""Who does not get in, and what it costs to turn them away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator

import pytest

from tests.e2e.attacks.fortress import Fortress, a_hello, wire

CROWD = 1000


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found[1]) if found else 0


def says_nothing(answer: bytes, held: Fortress) -> bool:
    """Neither who we are nor anything that a page could use."""
    head = answer.lower()
    return not any(
        word in head
        for word in (b"velatura", b"python", b"websockets/", b"access-control", b"set-cookie",
                     held.token.lower().encode(), str(held.ground).lower().encode())
    )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer guess"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, 401),
        ({"Authorization": "Bearer " + "A" * 8000}, 401),
        ({"Authorization": None, "Cookie": "token={token}"}, 401),
        ({"Authorization": None, "Sec_WebSocket_Protocol": "{token}"}, 401),
        ({"Authorization": None, "X_Token": "{token}"}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:{port}"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "file://"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"Sec_Fetch_Mode": "websocket"}, 403),
        ({"Sec_Fetch_Dest": "websocket"}, 403),
        ({"Sec_Fetch_Storage_Access": "active"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:{port}"}, 403),
        ({"Host": "127.0.0.1.evil.example:{port}"}, 403),
        ({"Host": "localhost"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": "0.0.0.0:{port}"}, 403),
        ({"Host": "[::]:{port}"}, 403),
        ({"Host": None}, 403),
        ({"Host": "", "X_Forwarded_Host": "127.0.0.1:{port}"}, 403),
    ],
)
async def test_a_handshake_that_is_not_right(
    held: Fortress, headers: dict[str, str | None], wanted: int
) -> None:
    port = held.address[1]
    filled = {
        name: value and value.replace("{token}", held.token).replace("{port}", str(port))
        for name, value in headers.items()
    }
    answer = await held.say_http(held.upgrade(**filled))
    assert status(answer) == wanted
    assert says_nothing(answer, held)


@pytest.mark.parametrize(
    "path",
    ["/?token={token}", "/{token}", "/?access_token={token}", "/#{token}", "/jobs", "//", "/../",
     "/%2e%2e/token", "http://127.0.0.1:{port}/"],
)  # fmt: skip
@pytest.mark.parametrize("authorization", [None, "Bearer {token}"])
async def test_there_is_one_address_and_it_holds_no_token(
    held: Fortress, path: str, authorization: str | None
) -> None:
    port = str(held.address[1])
    path = path.replace("{token}", held.token).replace("{port}", port)
    right = authorization and authorization.replace("{token}", held.token)
    answer = await held.say_http(held.upgrade(path, Authorization=right))
    assert status(answer) == 404
    assert says_nothing(answer, held)


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "HEAD", "DELETE", "CONNECT", "TRACE"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
async def test_only_a_websocket_is_spoken(held: Fortress, method: str, kind: str) -> None:
    """A page can send such forms to any address without being asked by the browser."""
    body = b"t=remove_model&request=1&model=x"
    request = held.upgrade(method=method, Content_Type=kind, Content_Length=str(len(body))) + body
    answer = await held.say_http(request)
    assert status(answer) not in range(100, 400)
    assert says_nothing(answer, held)


async def test_health_has_no_facts_and_not_for_pages(held: Fortress) -> None:
    port = held.address[1]
    request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    answer = await held.say_http(f"{request}\r\n".encode())
    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\nOK\n")
    assert says_nothing(answer, held)
    for header in ("Origin: https://evil.example", "Sec-Fetch-Site: cross-site"):
        assert status(await held.say_http(f"{request}{header}\r\n\r\n".encode())) == 403
    rebound = f"GET /health HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"
    assert status(await held.say_http(rebound.encode())) == 403


async def test_a_right_handshake_is_let_in(held: Fortress) -> None:
    """Else nothing above would mean anything."""
    reader, writer = await asyncio.open_connection(*held.address)
    writer.write(held.upgrade())
    assert status(await asyncio.wait_for(reader.read(4096), 60)) == 101
    writer.close()


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500 + b"\n",
        b"SSH-2.0-x\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
        b"GET / HTTP/1.1\r\nX: " + b"a" * 4_000_000,
        b"G" * 4_000_000,
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
        b"\x00" * 100_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"\r\n" * 10_000,
    ],
    ids=["TLS", "SSH", "many headers", "long header", "no line", "long path", "nothing", "HTTP/2",
         "empty lines"],
)  # fmt: skip
async def test_other_languages(held: Fortress, noise: bytes) -> None:
    assert status(await held.say_http(noise)) not in range(100, 400)


@contextlib.asynccontextmanager
async def crowd(
    held: Fortress, count: int, says: bytes
) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """Sockets that stay open as long as the server lets them."""
    writers: list[asyncio.StreamWriter] = []
    try:
        for _ in range(count):
            _, writer = await asyncio.open_connection(*held.address)
            writers.append(writer)
            writer.write(says)
        yield writers
    finally:
        for writer in writers:
            writer.close()
        await asyncio.gather(*(w.wait_closed() for w in writers), return_exceptions=True)


@pytest.mark.parametrize("says", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"], ids=["silent", "begun"])
async def test_a_thousand_sockets_keep_nobody_out(held: Fortress, says: bytes) -> None:
    async with crowd(held, CROWD, says):
        await held.works()
        assert held.process.num_fds() < 600


async def test_slow_handshakes_are_ended_by_the_next(held: Fortress) -> None:
    """Slow loris: a byte now and then, for ever."""
    request = held.upgrade()
    async with crowd(held, 300, request[:20]) as writers:
        for at in range(20, 30):
            for writer in writers:
                with contextlib.suppress(ConnectionError):
                    writer.write(request[at : at + 1])
            await asyncio.sleep(0)
        await held.works()


async def test_nothing_of_a_handshake_is_logged(held: Fortress) -> None:
    await held.say_http(held.upgrade("/?token=" + held.token, Authorization="Bearer guessed-1"))
    await held.say_http(held.upgrade(Origin="https://evil.example"))
    await held.say(wire(a_hello(secret="a-client-s-secret")), greets=False)
    for secret in (held.token, "guessed-1", "evil.example", "a-client-s-secret"):
        assert secret not in held.log


async def test_no_process_shows_a_secret(held: Fortress) -> None:
    """Arguments and environment can be read by others, and are inherited."""
    owner = (held.data_directory / "owner_secret").read_text()
    family = [held.process, *held.process.children(recursive=True)]
    assert len(family) > 1
    for process in family:
        shown = json.dumps([process.cmdline(), process.environ()])
        assert held.token not in shown
        assert owner not in shown


def test_what_is_on_the_disk_is_the_user_s_alone(held: Fortress) -> None:
    assert held.data_directory.stat().st_mode & 0o777 == 0o700
    for name in ("token", "owner_secret", "runtime.json", "backend.log"):
        assert (held.data_directory / name).stat().st_mode & 0o777 == 0o600, name
    for path in held.data_directory.iterdir():
        if path.is_dir():
            assert path.stat().st_mode & 0o077 == 0, path
