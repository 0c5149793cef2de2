"""A client's and a server's session with a wire between them that a test can look at."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from typing import Any

from velatura_protocol.codec import decode, encode
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import PROTOCOL, Hello, Limits, Message, ResumePoint, Welcome
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.session import ClientSession, SeenEvents, ServerSession
from velatura_protocol.tasks import Canvas, Input, Operation, Role, Task

RGBA = PixelFormat(Depth.U8, Layout.RGBA)
SMALL = Limits(
    message_bytes=4096, chunk_bytes=100, window_bytes=400, open_blobs=3, blob_bytes=100_000,
    blob_pixels=50_000, inputs=4, variations=3,
)  # fmt: skip


def hello(**changes: Any) -> Hello:
    fields = {"oldest": PROTOCOL, "newest": PROTOCOL, "client_id": "c1", "client_secret": "s"}
    return Hello(**{**fields, **changes})


def welcome(limits: Limits = SMALL, **changes: Any) -> Welcome:
    fields = {"protocol": PROTOCOL, "version": "1", "operations": (), "engines": ()}
    return Welcome(**{**fields, **changes}, limits=limits)


def task(inputs: int = 1, variations: int = 1) -> Task:
    blobs = tuple(Input(Role.IMAGE, f"b{n}", Rect(0, 0, 4, 4), RGBA) for n in range(inputs))
    return Task(Operation.FILL, Canvas(Size(4, 4), RGBA), blobs, variations=variations)


def grey(length: int) -> tuple[Size, PixelFormat]:
    """Size and format of a blob of ``length`` bytes."""
    return Size(length, 1), MASK_FORMAT


def pattern(length: int, seed: int = 0) -> bytes:
    return bytes((n * 7 + n // 251 + seed) % 256 for n in range(length))


class Collector:
    """A sink that keeps all."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: memoryview) -> None:
        self.data += data


class Pair:
    """Both ends; ``wire`` maps a direction to the messages that are on their way."""

    def __init__(
        self,
        limits: Limits = SMALL,
        *,
        resume: Sequence[ResumePoint] = (),
        seen: SeenEvents | None = None,
        exchange: bool = False,
    ) -> None:
        self.client = ClientSession(hello(resume=tuple(resume)), seen)
        self.server = ServerSession(limits)
        self.to_server: deque[bytes] = deque()
        self.to_client: deque[bytes] = deque()
        self.sent: list[Message] = []
        self.flow()
        self.server.welcome(welcome(limits))
        self.flow()
        if exchange:
            from velatura_protocol.messages import ExchangeReady

            self.server.send(ExchangeReady())
            self.flow()
        self.sent.clear()

    def flow(self) -> tuple[list[Any], list[Any]]:
        """All that can move moves. Returns the client's and the server's events."""
        client: list[Any] = []
        server: list[Any] = []
        moved = True
        while moved:
            moved = False
            for sender, receiver, events in (
                (self.client, self.server, server),
                (self.server, self.client, client),
            ):
                while (data := sender.next_message()) is not None:
                    moved = True
                    self.sent.append(decode(data, Limits()))
                    events += receiver.receive(data)
        client += self.client.take_events()
        server += self.server.take_events()
        return client, server

    def tell_server(self, message: Message) -> list[Any]:
        """Events from a message as some other client would write it."""
        return self.server.receive(encode(message))

    def tell_client(self, message: Message) -> list[Any]:
        return self.client.receive(encode(message))

    def said(self, session: ClientSession | ServerSession) -> list[Message]:
        """All that ``session`` has to say, instead of sending it."""
        messages: list[Message] = []
        while (data := session.next_message()) is not None:
            messages.append(decode(data, Limits()))
        return messages


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()
