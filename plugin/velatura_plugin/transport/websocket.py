"""The connection to a backend: a WebSocket on this machine, or over TLS to another one; binary
frames only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from velatura_protocol.errors import BackendUnavailable, Unauthorised

from .base import Frame, TransportClosed
from .library import ClientConnection, ConnectionClosed, InvalidHandshake, InvalidStatus, connect

if TYPE_CHECKING:
    import ssl

OPEN_SECONDS = 5.0
MAX_FRAME = 16 * 1024 * 1024
"""Above any limit a backend may negotiate; the session checks the real one."""

_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class WillNotConnect(BackendUnavailable):
    """Trying again would be the same."""

    retryable = False


class _Straight(connect):
    """Goes where it was sent: a backend redirects nobody, and whoever does is none."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class WebSocketTransport:
    """Implements :class:`~velatura_plugin.transport.base.Transport`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(
        cls, url: str, token_file: Path, ca_file: Path | None = None
    ) -> WebSocketTransport:
        """Connects. The token is read anew each time: every start of the backend makes another.

        :param ca_file: certificates by which another machine is trusted; None for the system's
        :raises Unauthorised: the token is not the backend's
        :raises WillNotConnect: the token and the pictures would lie open on the way
        :raises BackendUnavailable: nobody answers there, or somebody else does
        """
        try:
            context = _tls(url, ca_file)
            token = token_file.read_text("utf-8").strip()
            connection = await _Straight(
                url,
                ssl=context,
                additional_headers={"Authorization": f"Bearer {token}"},
                compression=None,
                proxy=None,
                max_size=MAX_FRAME,
                open_timeout=OPEN_SECONDS,
                # The session has pings of its own, which do not take our pauses for the
                # backend's death.
                ping_interval=None,
                close_timeout=1.0,
                user_agent_header=None,
            )
        except InvalidStatus as error:
            if error.response.status_code in (401, 403):
                raise Unauthorised() from None
            raise BackendUnavailable(reason=f"status {error.response.status_code}") from None
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise BackendUnavailable(reason=_reason(error)) from None
        return cls(connection)

    async def send(self, frame: Frame) -> None:
        try:
            await self._connection.send(frame)
        except ConnectionClosed as error:
            raise TransportClosed(reason=_reason(error)) from None
        except AttributeError:
            # The library aborts a socket that has ended meanwhile, while there was still something
            # to write, once more; asyncio's has no loop any more then (Python 3.11).
            if self._connection.close_code is None:
                raise
            raise TransportClosed(reason="closed") from None

    async def receive(self) -> Frame:
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as error:
            raise TransportClosed(reason=_reason(error)) from None
        if isinstance(frame, str):
            await self._connection.close(1003)
            raise TransportClosed(reason="text frame")
        return frame

    async def close(self) -> None:
        await self._connection.close()


def _tls(url: str, ca_file: Path | None) -> ssl.SSLContext | None:
    """None where the connection stays on this machine.

    :raises WillNotConnect: it would be open to others, or the certificates cannot be read
    """
    try:
        parts = urlsplit(url)
        scheme, name = parts.scheme, parts.hostname
    except ValueError:
        scheme, name = "", None
    if scheme == "ws" and name in _LOOPBACK:
        return None
    if scheme != "wss":
        raise WillNotConnect(reason="not encrypted" if scheme == "ws" else "no address")
    import ssl  # 10 ms while an editor starts, for what is seldom done

    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise WillNotConnect(reason="certificates unreadable") from None


def _reason(error: BaseException) -> str:
    """What happened, without paths: it may be shown and logged."""
    if isinstance(error, FileNotFoundError):
        return "no token"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, TimeoutError):
        return "no answer"
    if type(error).__name__ == "SSLCertVerificationError":
        return "not trusted"
    if isinstance(error, ConnectionClosed):
        return f"closed {error.rcvd.code}" if error.rcvd else "lost"
    return type(error).__name__
