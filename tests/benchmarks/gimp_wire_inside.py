"""What :mod:`.gimp_wire` measures. Runs in GIMP's own Python: standard library and the plug-in."""

from __future__ import annotations

import asyncio
import os
import queue
import secrets
import socket
import statistics
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from velatura_plugin.client.client import Client, Identity, Report
from velatura_plugin.client.events import Greeted, JobRefused, VariationArrived
from velatura_plugin.client.exchange import ExchangeFolder
from velatura_plugin.client.order import JobOrder
from velatura_plugin.launcher.launcher import Launcher
from velatura_plugin.transport.base import Frame, Transport, TransportClosed
from velatura_plugin.transport.websocket import WebSocketTransport
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Failed, Finished, Progress
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Canvas, Input, Operation, Role, Task

_SIZE = Size(4000, 3000)
_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
_RUNS = 5
_SECONDS = 120.0
_FIRST_READ = 64 * 1024
_BINARY, _CLOSE, _PING, _PONG = 2, 8, 9, 10

Open = Callable[[str, Path], Any]


class OwnTransport:
    """RFC 6455 by hand: what a client would be that does no more than the plug-in needs. A mask of
    zeros leaves the payload as it is; payloads are read into their own buffer at once."""

    def __init__(self, connection: socket.socket, rest: bytes) -> None:
        self._socket = connection
        self._rest = bytearray(rest)
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def open(cls, url: str, token_file: Path) -> OwnTransport:
        address = urlsplit(url)
        loop = asyncio.get_running_loop()
        connection = socket.socket()
        connection.setblocking(False)
        await loop.sock_connect(connection, (address.hostname, address.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        token = token_file.read_text("utf-8").strip()
        lines = (
            "GET / HTTP/1.1",
            f"Host: {address.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Bearer {token}",
        )
        await loop.sock_sendall(connection, "\r\n".join((*lines, "", "")).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await loop.sock_recv(connection, 4096)
        head, _, rest = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        return cls(connection, rest)

    async def send(self, frame: Frame) -> None:
        await self._send(_BINARY, frame)

    async def receive(self) -> Frame:
        while True:
            first, second = await self._exactly(2)
            length = second & 127
            if length > 125:
                code = "!H" if length == 126 else "!Q"
                (length,) = struct.unpack(code, await self._exactly(struct.calcsize(code)))
            payload = await self._exactly(length)
            if first & 15 == _PING:
                await self._send(_PONG, payload)
            elif first & 15 == _CLOSE:
                raise TransportClosed(reason="closed")
            elif first & 15 == _BINARY:
                return payload

    async def close(self) -> None:
        self._socket.close()

    async def _send(self, opcode: int, frame: Frame) -> None:
        length = memoryview(frame).nbytes
        if length < 126:
            size = struct.pack("!B", 128 | length)
        elif length < 65536:
            size = struct.pack("!BH", 128 | 126, length)
        else:
            size = struct.pack("!BQ", 128 | 127, length)
        head = bytes((128 | opcode,)) + size + bytes(4)
        if length < _FIRST_READ:
            await self._loop.sock_sendall(self._socket, head + bytes(frame))
            return
        await self._loop.sock_sendall(self._socket, head)
        await self._loop.sock_sendall(self._socket, frame)

    async def _exactly(self, count: int) -> bytearray:
        while len(self._rest) < count and count <= _FIRST_READ:
            more = await self._loop.sock_recv(self._socket, _FIRST_READ)
            if not more:
                raise TransportClosed(reason="lost")
            self._rest += more
        data = bytearray(count)
        filled = min(count, len(self._rest))
        data[:filled] = self._rest[:filled]
        del self._rest[:filled]
        view = memoryview(data)
        while filled < count:
            got = await self._loop.sock_recv_into(self._socket, view[filled:])
            if not got:
                raise TransportClosed(reason="lost")
            filled += got
        return data


def main() -> list[tuple[str, list[float]]]:
    return [
        ("mapped file", _measured(WebSocketTransport.open, by_file=True)),
        ("chunks, vendored websockets", _measured(WebSocketTransport.open, by_file=False)),
        ("chunks, standard library alone", _measured(OwnTransport.open, by_file=False)),
    ]


def _measured(open_: Open, *, by_file: bool) -> list[float]:
    real = ExchangeFolder.proof
    if not by_file:
        ExchangeFolder.proof = lambda self: None  # type: ignore[method-assign]
    try:
        trips = _trips(open_)
    finally:
        ExchangeFolder.proof = real  # type: ignore[method-assign]
    return [1000.0 * statistics.median(each) for each in zip(*trips, strict=True)]


def _trips(open_: Open) -> list[tuple[float, ...]]:
    endpoint = Launcher(Path(os.environ["VELATURA_DATA_DIR"])).find()
    assert endpoint is not None
    events: queue.SimpleQueue[tuple[float, Any]] = queue.SimpleQueue()

    async def dial(report: Report) -> Transport:
        return await open_(endpoint.url, endpoint.token_file)

    client = Client(dial, Identity(secrets.token_hex(8), "secret", "gimp", "benchmark"))

    def until(wanted: Callable[[Any], bool]) -> tuple[float, Any]:
        while True:
            at, event = events.get(timeout=_SECONDS)
            assert not isinstance(event, Failed | JobRefused), event
            if wanted(event):
                return at, event

    client.connect(lambda event: events.put((time.monotonic(), event)))
    try:
        until(lambda event: isinstance(event, Greeted))
        time.sleep(0.5)  # the proof is given before the first input
        _trip(client, until)  # the worker starts
        return [_trip(client, until) for _ in range(_RUNS)]
    finally:
        client.close()


def _trip(client: Client, until: Any) -> tuple[float, ...]:
    """Up: until the worker has read its input. Down: from when it has written its result."""
    pixels = Pixels(_SIZE, _FORMAT, secrets.token_bytes(_FORMAT.byte_count(_SIZE)))
    order = _order(pixels)
    busy, began = time.process_time(), time.monotonic()
    client.submit(order)
    up, _ = until(_in(Phase.ENCODING))
    written, _ = until(_in(Phase.DELIVERING))
    done, _ = until(lambda event: isinstance(event, VariationArrived))
    busy = time.process_time() - busy
    until(lambda event: isinstance(event, Finished))
    client.acknowledge(order.job, 1 << 30)
    client.forget((order.job,))
    return up - began, done - written, done - began, busy


def _in(phase: Phase) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, Progress) and event.phase is phase


def _order(pixels: Pixels) -> JobOrder:
    region = Rect.of_size(pixels.size)
    task = Task(
        operation=Operation.RESTORE,
        engine="echo",
        canvas=Canvas(pixels.size, _FORMAT),
        inputs=(Input(Role.IMAGE, "image", region, _FORMAT),),
    )
    return JobOrder(secrets.token_hex(8), task, {"image": pixels})
