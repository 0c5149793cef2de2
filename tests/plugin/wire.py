"""A client's and a server's session joined by hand: no transport, no threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.plugin.desk import noise
from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.client.order import JobOrder
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import PROTOCOL, Exchange, Hello, Limits, Welcome
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.session import BlobOpened, ClientSession, ServerSession
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, Role, Task

SMALL = Size(6, 5)


@dataclass
class Wire:
    """``heard``: what each side was told by its session, newest last."""

    client: ClientSession
    server: ServerSession
    heard: list[object] = field(default_factory=list)
    sinks: dict[str, bytearray] = field(default_factory=dict)

    def to_server(self) -> list[object]:
        """Moves everything that waits, and takes every blob in."""
        events: list[object] = []
        while (data := self.client.next_message()) is not None:
            for event in self.server.receive(data):
                events.append(event)
                if isinstance(event, BlobOpened):
                    self.server.accept_blob(event.header.blob, self._sink(event.header.blob))
        self.heard += events
        return events

    def to_client(self) -> list[object]:
        events: list[object] = []
        while (data := self.server.next_message()) is not None:
            events += self.client.receive(data)
        return events

    def _sink(self, blob: str) -> _Sink:
        return _Sink(self, blob)


@dataclass
class _Sink:
    wire: Wire
    blob: str

    def write(self, data: memoryview, /) -> None:
        self.wire.sinks.setdefault(self.blob, bytearray()).extend(data)
        self.wire.server.consumed(self.blob, data.nbytes)


def greeted(exchange: Path | None = None) -> Wire:
    wire = Wire(
        ClientSession(Hello(PROTOCOL, PROTOCOL, "client", "secret")), ServerSession(Limits())
    )
    wire.to_server()
    offer = Exchange(str(exchange), "probe") if exchange else None
    wire.server.welcome(
        Welcome(PROTOCOL, "1", tuple(Operation), (INVERTER,), Limits(), exchange=offer)
    )
    wire.to_client()
    return wire


def order(job: str = "job", size: Size = SMALL, seed: int = 0) -> JobOrder:
    """A fill with one crop and its mask."""
    region = Rect.of_size(size)
    image = noise(size, seed=seed)
    mask = Pixels(size, MASK_FORMAT, b"\xff" * size.area)
    task = Task(
        Operation.FILL,
        Canvas(size, image.format),
        (
            Input(Role.IMAGE, "input0", region, image.format),
            Input(Role.MASK, "input1", region, mask.format),
        ),
        Intent.REMOVE,
        "inverter",
    )
    return JobOrder(job, task, {"input0": image, "input1": mask})
