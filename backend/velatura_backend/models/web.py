"""Asks a server for a file, over HTTP(S), directly or through a proxy; follows where it leads, but
never inside.

The standard library alone: the base profile has no HTTP client, none of the kept ones lets the
address be checked that is then connected to, and what is needed here is one GET at a time.
"""

from __future__ import annotations

import base64
import http.client
import io
import socket
import ssl
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import cast

from velatura_protocol.errors import DownloadFailed
from velatura_protocol.faults import DownloadFault

from .addresses import resolve, sounds_local

MOST_REDIRECTS = 5
CONNECT_SECONDS = 15.0
_POLL_SECONDS = 0.25
_LONGEST_HEAD = 65536


@dataclass(frozen=True)
class Web:
    """``base_url``: where files are asked for; it may lie inside if the user says so, and nothing
    else may. ``proxy`` empty: as the system says; ``direct``: none. ``silence``: seconds without a
    byte after which a server is given up."""

    base_url: str
    proxy: str = ""
    silence: float = 30.0
    user_agent: str = "velatura"


@dataclass
class Answer:
    """``headers``: with names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    _response: http.client.HTTPResponse = field(repr=False)
    _socket: socket.socket = field(repr=False)

    def close(self) -> None:
        self._response.close()
        self._socket.close()

    def read(self, most: int) -> bytes:
        """What has come, at least a byte; empty at the end.

        :raises DownloadFailed: ``timed out``, ``broken off``
        """
        with _network_errors():
            return self._response.read1(most)


@contextmanager
def ask(
    url: str, web: Web, headers: Mapping[str, str], watch: Callable[[], None]
) -> Generator[Answer]:
    """The answer to a GET, redirects followed. ``watch`` is called several times a second while
    nothing comes, and may raise to end it.

    :raises DownloadFailed: ``unreachable``, ``certificate``, ``timed out``, ``private address``,
        ``too many redirects``, ``not encrypted``
    """
    for _ in range(MOST_REDIRECTS + 1):
        answer = _asked_once(url, web, headers, watch)
        with closing(answer):
            if answer.status not in (301, 302, 303, 307, 308):
                yield answer
                return
            url = urllib.parse.urljoin(url, answer.headers.get("location", ""))
    raise DownloadFailed(reason=DownloadFault.TOO_MANY_REDIRECTS)


def _asked_once(
    url: str, web: Web, headers: Mapping[str, str], watch: Callable[[], None]
) -> Answer:
    parts = urllib.parse.urlsplit(url)
    is_base = _origin(url) == _origin(web.base_url)
    if parts.scheme != "https" and not (is_base and parts.scheme == "http"):
        raise DownloadFailed(reason=DownloadFault.NOT_ENCRYPTED)
    host, port = parts.hostname or "", _origin(url)[2]
    proxy = _proxy_for(parts.scheme, host, web)
    target = parts._replace(fragment="")
    if not proxy or parts.scheme == "https":
        target = target._replace(scheme="", netloc="", path=parts.path or "/")
    with ExitStack() as on_failure, _network_errors():
        sock = _connected(host, port, parts.scheme, proxy, is_base=is_base)
        on_failure.callback(sock.close)
        connection = http.client.HTTPConnection(host, port)
        connection.sock = cast("socket.socket", _PatientSocket(sock, web.silence, watch))
        fields = _headers(parts.netloc, web, headers, proxy)
        connection.request("GET", urllib.parse.urlunsplit(target), headers=fields)
        response = connection.getresponse()
        lower = {name.lower(): value for name, value in response.getheaders()}
        on_failure.pop_all()
        return Answer(response.status, lower, response, sock)


def _headers(netloc: str, web: Web, headers: Mapping[str, str], proxy: str) -> Mapping[str, str]:
    own = {
        "Host": netloc.rpartition("@")[2],
        "User-Agent": web.user_agent,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    return {**own, **headers, **_proxy_authorisation(proxy)}


def _origin(url: str) -> tuple[str, str, int]:
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise DownloadFailed(reason=DownloadFault.UNREACHABLE) from error
    return parts.scheme, (parts.hostname or "").lower(), port


# -- the way there ---------------------------------------------------------------------------------


def _connected(host: str, port: int, scheme: str, proxy: str, *, is_base: bool) -> socket.socket:
    if proxy:
        if not is_base and sounds_local(host):
            raise DownloadFailed(reason=DownloadFault.PRIVATE_ADDRESS)
        sock = _through(proxy, host, port, tunnels=scheme == "https")
    else:
        sock = _direct(host, port, public_only=not is_base)
    if scheme != "https":
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _direct(host: str, port: int, *, public_only: bool) -> socket.socket:
    """To the first of its addresses that answers."""
    problem: OSError | None = None
    for family, address in resolve(host, port, public_only=public_only):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(CONNECT_SECONDS)
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            problem = error
    raise DownloadFailed(reason=DownloadFault.UNREACHABLE) from problem


def _proxy_for(scheme: str, host: str, web: Web) -> str:
    """Its URL, empty for none."""
    if web.proxy:
        return "" if web.proxy == "direct" else web.proxy
    known = urllib.request.getproxies()
    return "" if urllib.request.proxy_bypass(host) else known.get(scheme, known.get("all", ""))


def _through(proxy: str, host: str, port: int, *, tunnels: bool) -> socket.socket:
    parts = urllib.parse.urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme != "http" or not parts.hostname:
        raise DownloadFailed(reason=DownloadFault.PROXY)
    sock = _direct(parts.hostname, parts.port or 8080, public_only=False)
    if not tunnels:
        return sock
    try:
        _open_tunnel(sock, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", proxy)
    except BaseException:
        sock.close()
        raise
    return sock


def _open_tunnel(sock: socket.socket, target: str, proxy: str) -> None:
    authorisation = "".join(
        f"{name}: {value}\r\n" for name, value in _proxy_authorisation(proxy).items()
    )
    request = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorisation}\r\n"
    sock.sendall(request.encode("ascii"))
    head = b""
    while b"\r\n\r\n" not in head:
        # Byte by byte: what follows the head belongs to the other end of the tunnel.
        byte = sock.recv(1)
        if not byte or len(head) > _LONGEST_HEAD:
            raise DownloadFailed(reason=DownloadFault.PROXY)
        head += byte
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise DownloadFailed(reason=DownloadFault.PROXY)


def _proxy_authorisation(proxy: str) -> dict[str, str]:
    parts = urllib.parse.urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if not proxy or parts.username is None:
        return {}
    names = (urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or ""))
    token = base64.b64encode(":".join(names).encode()).decode("ascii")
    return {"Proxy-Authorization": f"Basic {token}"}


# -- waiting ---------------------------------------------------------------------------------------


class _PatientReader(io.RawIOBase):
    """Reads a socket, and looks up several times a second while nothing comes."""

    def __init__(self, sock: socket.socket, silence: float, watch: Callable[[], None]) -> None:
        self._sock = sock
        self._silence = silence
        self._watch = watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        deadline = time.monotonic() + self._silence
        while True:
            self._watch()
            try:
                return self._sock.recv_into(cast("memoryview", buffer))
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise


class _PatientSocket:
    """As much of a socket as ``http.client`` uses of one."""

    def __init__(self, sock: socket.socket, silence: float, watch: Callable[[], None]) -> None:
        self._sock = sock
        self._reader = _PatientReader(sock, silence, watch)
        sock.settimeout(min(_POLL_SECONDS, silence))

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(CONNECT_SECONDS)
        self._sock.sendall(data)
        self._sock.settimeout(_POLL_SECONDS)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader, 256 * 1024)

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


@contextmanager
def _network_errors() -> Generator[None]:
    """:raises DownloadFailed: in place of what the libraries raise"""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise DownloadFailed(reason=DownloadFault.CERTIFICATE) from error
    except TimeoutError as error:
        raise DownloadFailed(reason=DownloadFault.TIMED_OUT) from error
    except (http.client.HTTPException, ssl.SSLError, OSError) as error:
        raise DownloadFailed(reason=DownloadFault.BROKEN_OFF) from error
