"""A WebSocket in callbacks: two hundred of them cost one process little more than their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

_MAX_FRAME = 16 * 1024 * 1024


class FrameSocket(asyncio.Protocol):
    """``on_frame`` is called with every binary message, ``on_lost`` once when there will be no
    more, cut by whomever."""

    def __init__(
        self, url: str, token: str, on_frame: Callable[[bytes], None], on_lost: Callable[[], None]
    ) -> None:
        self._protocol = ClientProtocol(parse_uri(url), max_size=_MAX_FRAME)
        self._token = token
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_over = False

    @classmethod
    async def open(
        cls,
        url: str,
        token_file: Path,
        on_frame: Callable[[bytes], None],
        on_lost: Callable[[], None],
    ) -> FrameSocket:
        """:raises OSError: nobody answers, or not as a WebSocket does"""
        uri = parse_uri(url)
        token = token_file.read_text().strip()
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(
            lambda: cls(url, token, on_frame, on_lost), uri.host, uri.port
        )
        try:
            await asyncio.wait_for(socket._opened, 30.0)
        except BaseException:
            socket.abort()
            raise
        return socket

    def send(self, frame: bytes) -> None:
        if not self._is_over:
            self._protocol.send_binary(frame)
            self._flush()

    def abort(self) -> None:
        """As when a cable is pulled: no goodbye, and what was not yet sent never is."""
        if self._transport is not None:
            self._transport.abort()
        self._end()

    # -- asyncio.Protocol --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        request = self._protocol.connect()
        request.headers["Authorization"] = f"Bearer {self._token}"
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if self._is_over:
                return
            if isinstance(event, Response):
                self._greet()
            elif isinstance(event, Frame) and event.opcode is Opcode.BINARY:
                assert event.fin, "the server sends every message in one frame"
                self._on_frame(bytes(event.data))
        if not self._is_over:
            self._flush()

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    # -- inside ------------------------------------------------------------------------------------

    def _greet(self) -> None:
        if self._opened.done():
            # Whoever opened it has given up.
            return
        if self._protocol.handshake_exc is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(ConnectionError(str(self._protocol.handshake_exc)))

    def _flush(self) -> None:
        assert self._transport is not None
        for data in self._protocol.data_to_send():
            if data and not self._transport.is_closing():
                self._transport.write(data)

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        if not self._opened.done():
            self._opened.set_exception(ConnectionResetError())
        self._on_lost()
