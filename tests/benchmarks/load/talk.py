"""One connection of a client of the load: the real session over a light socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from velatura_protocol.messages import BlobGet, ClientRequest, Hello, JobEvent, Welcome
from velatura_protocol.session import (
    BlobFailed,
    BlobOpened,
    BlobReceived,
    ClientSession,
    SeenEvents,
)

from .arrivals import ArrivalLog
from .frames import FrameSocket
from .loop import StampingSelector
from .pictures import FORMAT, Picture


class Talk:
    """``on_event`` hears what the session tells, ``on_pixels`` of each blob that has come.

    ``frames``: after so many, either way, the connection is cut; 0 for never.
    """

    def __init__(
        self,
        hello: Hello,
        seen: SeenEvents,
        *,
        on_event: Callable[[Any], None],
        on_pixels: Callable[[str, bytes], None],
        frames: int,
        log: ArrivalLog,
        selector: StampingSelector,
    ) -> None:
        self.session = ClientSession(hello, seen)
        self.lost = asyncio.Event()
        self.was_cut = False
        self._on_event = on_event
        self._on_pixels = on_pixels
        self._frames = frames or -1
        self._log = log
        self._selector = selector
        self._greeted = 0.0
        self._socket: FrameSocket | None = None
        self._sinks: dict[str, _Sink] = {}
        self._asked: set[str] = set()

    @property
    def is_open(self) -> bool:
        return self._greeted > 0.0 and not self.lost.is_set() and not self.session.is_closed

    async def open(self, url: str, token_file: Path) -> None:
        """:raises OSError: nobody lets us in"""
        self._socket = await FrameSocket.open(url, token_file, self._receive, self._lose)
        self.flush()

    def send(self, message: ClientRequest) -> None:
        if self.is_open:
            self.session.send(message)
            self.flush()

    def send_inputs(self, job: str, picture: Picture) -> None:
        """The mask only if the server does not have it."""
        for each in picture.inputs(job):
            is_image = each.format == FORMAT
            data = picture.image if is_image else picture.mask
            digest = "" if is_image else picture.mask_digest
            self.session.send_blob(each.blob, picture.size, each.format, data, digest=digest)
        self.flush()

    def ask(self, digest: str) -> None:
        if digest not in self._asked:
            self._asked.add(digest)
            self.send(BlobGet(digest))

    def flush(self) -> None:
        while self._socket is not None and not self.lost.is_set():
            data = self.session.next_message()
            if data is None:
                break
            self._socket.send(data)
            self._count()
        self.session.take_events()

    def cut(self) -> None:
        if self._socket is not None and not self.lost.is_set():
            self.was_cut = True
            self._socket.abort()

    # -- what comes --------------------------------------------------------------------------------

    def _count(self) -> None:
        self._frames -= 1
        if self._frames == 0:
            self.cut()

    def _lose(self) -> None:
        self.lost.set()
        self.session.connection_lost()

    def _receive(self, frame: bytes) -> None:
        if self.lost.is_set():
            return
        for event in self.session.receive(frame):
            if self.lost.is_set():
                return
            self._handle(event)
        self._count()
        self.flush()
        if self.session.is_closed and self._socket is not None:
            self._socket.abort()

    def _handle(self, event: Any) -> None:
        if isinstance(event, JobEvent):
            woke, busy = self._selector.woke, self._selector.busy
            self._log.note(event.job, event.seq, woke, self._greeted, busy)
        elif isinstance(event, Welcome):
            self._greeted = time.monotonic()
        match event:
            case BlobOpened(header):
                self._sinks[header.blob] = _Sink()
                self.session.accept_blob(header.blob, self._sinks[header.blob], immediate=True)
            case BlobReceived(header, digest):
                self._asked.discard(digest)
                self._on_pixels(digest, bytes(self._sinks.pop(header.blob).data))
            case BlobFailed(blob):
                self._sinks.pop(blob, None)
            case _:
                self._on_event(event)


class _Sink:
    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: memoryview, /) -> None:
        self.data += data
