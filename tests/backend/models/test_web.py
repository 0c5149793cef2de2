"""Through a proxy, over TLS, and never inside."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.model_hub import Hub, model_hub
from velatura_backend.models.web import Web, ask
from velatura_protocol.errors import DownloadFailed


@pytest.fixture
def hub() -> Generator[Hub]:
    with model_hub() as hub:
        hub.files["/a"] = b"hello"
        yield hub


def _get(url: str, web: Web) -> bytes:
    with ask(url, web, {}, lambda: None) as answer:
        content = b""
        while chunk := answer.read(3):
            content += chunk
        return content


def _reason(url: str, web: Web) -> str:
    with pytest.raises(DownloadFailed) as caught:
        _get(url, web)
    return str(caught.value.params["reason"])


@contextmanager
def _listening(serve: object) -> Generator[int]:
    """``serve(connection)`` answers one connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            serve(connection)  # pyright: ignore[reportCallIssue]

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def test_the_system_says_whether_there_is_a_proxy(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")

    with _listening(proxy) as port:
        monkeypatch.setenv("http_proxy", f"http://ada:s%40c@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        assert _get(f"{hub.url}/a?b=c#d", Web(hub.url)) == b"proxy"
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == f"GET {hub.url}/a?b=c HTTP/1.1"
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'ada:s@c').decode()}" in lines
    assert not hub.requests
    assert _get(f"{hub.url}/a", Web(hub.url, proxy="direct")) == b"hello"


def test_a_tunnel_is_asked_for_by_name() -> None:
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with _listening(proxy) as port:
        web = Web("https://huggingface.co", proxy=f"127.0.0.1:{port}")
        assert _reason("https://huggingface.co/a", web) == "proxy"
    assert heads[0].startswith(b"CONNECT huggingface.co:443 HTTP/1.1\r\nHost: huggingface.co:443")


def test_a_proxy_is_not_sent_inside() -> None:
    web = Web("https://huggingface.co", proxy="http://127.0.0.1:1")
    for host in ("localhost", "10.0.0.1", "169.254.169.254", "2130706433"):
        assert _reason(f"https://{host}/a", web) == "private address"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://"])
def test_other_proxies_are_not_known(proxy: str) -> None:
    assert _reason("https://huggingface.co/a", Web("https://huggingface.co", proxy)) == "proxy"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/a", "not encrypted"),
        ("ftp://example.org/a", "not encrypted"),
        ("file:///etc/passwd", "not encrypted"),
        ("https://127.0.0.1/a", "private address"),
        ("https://[::1]/a", "private address"),
        ("https://127.0.0.1:99999/a", "unreachable"),
    ],
)
def test_only_the_base_may_lie_inside(url: str, reason: str) -> None:
    assert _reason(url, Web("http://127.0.0.1:7/", proxy="direct")) == reason


def test_no_http_at_all() -> None:
    with _listening(lambda connection: connection.sendall(b"SSH-2.0-x\r\n\r\n")) as port:
        url = f"http://127.0.0.1:{port}"
        assert _reason(f"{url}/a", Web(url, proxy="direct")) == "broken off"


def test_what_goes_wrong_with_the_reader_is_its_own(hub: Hub) -> None:
    """An error while the file is written is not the network's."""

    def read() -> None:
        with ask(f"{hub.url}/a", Web(hub.url, proxy="direct"), {}, lambda: None):
            raise OSError(28, "disk full")

    with pytest.raises(OSError, match="disk full"):
        read()


def test_a_server_that_cannot_prove_who_it_is(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    pem = tmp_path / "server.pem"
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x"
    command = [openssl, *request.split(), "-keyout", str(tmp_path / "key"), "-out", str(pem)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, tmp_path / "key")

    def serve(connection: socket.socket) -> None:
        try:
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()

    with _listening(serve) as port:
        url = f"https://127.0.0.1:{port}"
        assert _reason(f"{url}/a", Web(url, proxy="direct")) == "certificate"
