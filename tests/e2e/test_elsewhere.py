"""A backend that other machines use: over TLS, by its name, with the token of its file."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.backend.live import client, finished_job
from tests.e2e.attacks.conftest import allowed_files
from tests.e2e.backend import ready_line, stop
from tests.e2e.command import CommandLine
from tests.support.certificates import Certificate, make_certificate
from velatura_plugin.transport.websocket import WebSocketTransport, WillNotConnect
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BackendUnavailable, Unauthorised
from velatura_protocol.messages import PROTOCOL, Hello, Limits, Welcome


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, made: Certificate) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("studio")
    velatura = CommandLine(folder / "data", folder)
    options = ("--listen", "0.0.0.0:0", "--name", "localhost")
    process = velatura.start(
        "serve", *options, "--certificate", made.certificate, "--key", made.key
    )
    try:
        yield ready_line(process)
    finally:
        stop(process)


def port_of(ready: dict[str, Any]) -> str:
    return ready["outside_url"].rstrip("/").rpartition(":")[2]


async def test_a_plug_in_elsewhere_is_served(ready: dict[str, Any], made: Certificate) -> None:
    assert ready["outside_url"].startswith("wss://localhost:")
    transport = await WebSocketTransport.open(
        ready["outside_url"], Path(ready["token_file"]), made.certificate
    )
    await transport.send(encode(Hello(PROTOCOL, PROTOCOL, "elsewhere", "s")))
    welcome = decode(bytes(await transport.receive()), Limits())
    assert isinstance(welcome, Welcome)
    assert welcome.exchange is None
    await transport.close()


async def test_on_this_machine_all_is_as_ever(ready: dict[str, Any]) -> None:
    assert ready["url"].startswith("ws://127.0.0.1:")
    token = Path(ready["token_file"]).read_text()
    async with client(ready["url"], token, name="here") as here:
        assert (await here.wait_for(Welcome)).exchange is not None
        await finished_job(here)


async def test_a_certificate_that_is_not_known_is_not_trusted(ready: dict[str, Any]) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        await WebSocketTransport.open(ready["outside_url"], Path(ready["token_file"]))
    assert caught.value.params == {"reason": "not trusted"}


async def test_a_name_that_is_not_the_certificate_s_is_not_trusted(
    ready: dict[str, Any], made: Certificate
) -> None:
    url = f"wss://127.0.0.1:{port_of(ready)}/"
    with pytest.raises(BackendUnavailable) as caught:
        await WebSocketTransport.open(url, Path(ready["token_file"]), made.certificate)
    assert caught.value.params == {"reason": "not trusted"}


async def test_the_token_is_needed_there_too(
    ready: dict[str, Any], made: Certificate, tmp_path: Path
) -> None:
    guess = tmp_path / "token"
    guess.write_text("guess")
    with pytest.raises(Unauthorised):
        await WebSocketTransport.open(ready["outside_url"], guess, made.certificate)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "x"}],
)
async def test_so_are_the_right_name_and_no_browser(
    ready: dict[str, Any], made: Certificate, headers: dict[str, str]
) -> None:
    token = Path(ready["token_file"]).read_text()
    context = ssl.create_default_context(cafile=made.certificate)
    url = ready["outside_url"]
    if "Host" in headers:
        context.check_hostname = False
        url = f"wss://127.0.0.1:{port_of(ready)}/"
        headers = {}
    with pytest.raises(InvalidStatus) as caught:
        async with connect(
            url,
            ssl=context,
            additional_headers={"Authorization": f"Bearer {token}", **headers},
            proxy=None,
        ):
            pass
    # By the address it was reached at it is called 127.0.0.1, which is this machine to nobody else.
    assert caught.value.response.status_code == 403


async def test_it_does_not_speak_in_the_clear(ready: dict[str, Any]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port_of(ready)))
    writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        answer = await asyncio.wait_for(reader.read(), 60)
    except ConnectionError:
        answer = b""
    assert not answer.startswith(b"HTTP")
    writer.close()


@pytest.mark.parametrize("says", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["silent", "begun"])
async def test_a_thousand_handshakes_that_never_end_keep_nobody_out(
    ready: dict[str, Any], made: Certificate, says: bytes
) -> None:
    crowd: list[asyncio.StreamWriter] = []
    server = psutil.Process(ready["pid"])
    with allowed_files(4096):
        try:
            for _ in range(1000):
                _, writer = await asyncio.open_connection("127.0.0.1", int(port_of(ready)))
                crowd.append(writer)
                writer.write(says)
            transport = await WebSocketTransport.open(
                ready["outside_url"], Path(ready["token_file"]), made.certificate
            )
            await transport.send(encode(Hello(PROTOCOL, PROTOCOL, "elsewhere", "s")))
            assert isinstance(decode(bytes(await transport.receive()), Limits()), Welcome)
            assert server.num_fds() < 600
            await transport.close()
        finally:
            for writer in crowd:
                writer.close()
            await asyncio.gather(*(w.wait_closed() for w in crowd), return_exceptions=True)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ws://192.0.2.7:8443/", "not encrypted"),
        ("ws://studio.example/", "not encrypted"),
        ("ws://127.0.0.1.evil.example/", "not encrypted"),
        ("http://127.0.0.1/", "no address"),
        ("", "no address"),
        ("ws://[::1", "no address"),
    ],
)
async def test_a_plug_in_shows_its_token_to_nobody_in_the_clear(
    tmp_path: Path, url: str, reason: str
) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    with pytest.raises(WillNotConnect) as caught:
        await WebSocketTransport.open(url, token)
    assert caught.value.params == {"reason": reason}
    assert not caught.value.retryable


async def test_a_certificate_file_that_cannot_be_read(tmp_path: Path) -> None:
    for ca_file in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(WillNotConnect) as caught:
            await WebSocketTransport.open("wss://localhost:1/", tmp_path / "token", ca_file)
        assert caught.value.params == {"reason": "certificates unreadable"}


def test_without_tls_it_does_not_start(velatura: CommandLine) -> None:
    ended = velatura("serve", "--listen", "0.0.0.0")
    assert ended.code == 4
    assert "TLS" in ended.error_line


def test_without_an_address_the_rest_of_it_does_not_start(velatura: CommandLine) -> None:
    ended = velatura("serve", "--name", "studio.example")
    assert ended.code == 4
    assert "--listen" in ended.error_line


def test_the_ready_line_and_the_runtime_file_agree(ready: dict[str, Any]) -> None:
    runtime = json.loads(Path(ready["token_file"]).with_name("runtime.json").read_text())
    assert runtime["outside_url"] == ready["outside_url"]
