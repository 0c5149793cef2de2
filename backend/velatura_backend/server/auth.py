"""Who may open a connection: decided on the handshake's headers, before a byte of protocol.

Any web page can reach a loopback port. It always sends ``Origin`` or ``Sec-Fetch-*``, which no
editor does, and a rebound name gives itself away in ``Host``; so those three decide first, and the
token after them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from velatura_protocol.health import health_proof, nonce_in

_SCHEME = "bearer "


@dataclass(frozen=True)
class Handshake:
    """Of a request: its path with query, and its headers in order, names in any case."""

    path: str
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key.lower() == name)

    def has_prefix(self, prefix: str) -> bool:
        return any(key.lower().startswith(prefix) for key, _ in self.headers)


class Gate:
    """Judges handshakes for one listening address and one token. ``hosts``: as ``Host`` may say."""

    def __init__(self, token: str, hosts: Iterable[str]) -> None:
        self._token = token.encode("utf-8")
        self._hosts = frozenset(host.lower() for host in hosts)

    def judge(self, handshake: Handshake) -> HTTPStatus | None:
        """The status to answer with, or None to go on to the WebSocket."""
        if handshake.has_prefix("origin") or handshake.has_prefix("sec-fetch-"):
            return HTTPStatus.FORBIDDEN
        hosts = handshake.all("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return HTTPStatus.FORBIDDEN
        if nonce_in(handshake.path) is not None:
            return HTTPStatus.OK
        if handshake.path != "/":
            return HTTPStatus.NOT_FOUND
        if not self._is_token(handshake.all("authorization")):
            return HTTPStatus.UNAUTHORIZED
        return None

    def words(self, handshake: Handshake, status: HTTPStatus) -> str:
        """What goes with a status: for who asks whether it is really us, the proof."""
        nonce = nonce_in(handshake.path)
        if status is HTTPStatus.OK and nonce:
            return health_proof(self._token.decode("utf-8"), nonce)
        return status.phrase

    def _is_token(self, values: tuple[str, ...]) -> bool:
        if len(values) != 1 or not values[0].lower().startswith(_SCHEME):
            return False
        offered = values[0][len(_SCHEME) :].encode("utf-8", "surrogateescape")
        return hmac.compare_digest(offered, self._token)


def loopback_hosts(port: int) -> Iterable[str]:
    """The names a loopback client calls us by."""
    return host_names(("127.0.0.1", "localhost", "::1"), port)


def host_names(names: Iterable[str], port: int, *, default_port: int = 0) -> Iterator[str]:
    """``Host`` headers for these names or addresses; the default port may be left out."""
    for name in names:
        bracketed = f"[{name}]" if ":" in name else name
        yield f"{bracketed}:{port}"
        if port == default_port:
            yield bracketed


def same_secret(one: str, other: str) -> bool:
    """Compares in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode("utf-8"), other.encode("utf-8"))
