"""Our way: the plug-in's client, the server and its worker, by chunks or by the mapped file.

Up: from ``submit`` until the worker begins to read its input, plus reading all of it once. Down:
for how long the worker waits for digest, writing and flushing, and from then on until the client
holds the pixels. What lies between, converting to float, the echo engine, converting back, is no
transport. Journal, digests and waiting for the disk are in both.
"""

from __future__ import annotations

import os
import queue
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.shared.memory import PeakMemory
from tests.benchmarks.shared.server import Server
from velatura_backend.executors.base import StoredBlob
from velatura_backend.executors.worker.inputs import map_samples
from velatura_plugin.client.client import Client, Identity, Report
from velatura_plugin.client.events import Greeted, JobRefused, VariationArrived
from velatura_plugin.client.exchange import ExchangeFolder
from velatura_plugin.client.order import JobOrder
from velatura_plugin.transport.base import Transport
from velatura_plugin.transport.websocket import WebSocketTransport
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Capabilities, Failed, Finished, Progress
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Canvas, Input, Operation, Role, Task

from .measure import Picture, Trip

_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
_SECONDS = 60.0


class Talker:
    """A client and the events it has told, with the time of each."""

    def __init__(self, server: Server) -> None:
        async def dial(report: Report) -> Transport:
            return await WebSocketTransport.open(server.url, server.token_file)

        identity = Identity(f"bench-{secrets.token_hex(4)}", secrets.token_hex(16))
        self.client = Client(dial, identity)
        self._events: queue.Queue[tuple[float, Any]] = queue.Queue()

    def connect(self) -> None:
        self.client.connect(lambda event: self._events.put((time.monotonic(), event)))
        self.until(lambda e: isinstance(e, Greeted))

    def until(self, wanted: Any) -> tuple[float, Any]:
        while True:
            at, event = self._events.get(timeout=_SECONDS)
            assert not isinstance(event, Failed | JobRefused), event
            if wanted(event):
                return at, event


@contextmanager
def talking(server: Server, *, by_file: bool) -> Iterator[Talker]:
    """``by_file`` False: as a client that cannot see the server's folder."""
    real = ExchangeFolder.proof
    if not by_file:
        ExchangeFolder.proof = lambda self: None  # type: ignore[method-assign]
    talker = Talker(server)
    try:
        talker.connect()
        # The proof is given before the first input; a moment lets it be over.
        threading.Event().wait(0.5)
        yield talker
    finally:
        talker.client.close()
        ExchangeFolder.proof = real  # type: ignore[method-assign]


def wait_for_worker(talker: Talker) -> None:
    talker.until(lambda e: isinstance(e, Capabilities) and e.devices[0].ready)


def our_trip(server: Server, talker: Talker, picture: Picture) -> Trip:
    pixels = Pixels(Size(picture.shape[1], picture.shape[0]), _FORMAT, _unheard_of(picture))
    order = _order(pixels)
    client = PeakMemory.start(os.getpid())
    backend = PeakMemory.start(server.process.pid)
    began = time.monotonic()
    talker.client.submit(order)
    reading, _ = talker.until(_in(Phase.ENCODING))
    written, _ = talker.until(_in(Phase.DELIVERING))
    done, result = talker.until(lambda e: isinstance(e, VariationArrived))
    trip = Trip(
        reading - began,
        done - written + result.variation.metrics["seconds_writing"],
        client.extra(),
        backend.extra(),
    )
    back = result.content.layers[0].patches[0].pixels
    assert np.array_equal(np.frombuffer(back.data, np.uint8), _expected(pixels))
    talker.until(lambda e: isinstance(e, Finished))
    talker.client.acknowledge(order.job, 1 << 30)
    talker.client.forget((order.job,))
    return trip


def reading_seconds(picture: Picture) -> float:
    """A file in the page cache, mapped and read once into an array, as a worker does it."""
    size = Size(picture.shape[1], picture.shape[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blob"
        path.write_bytes(picture.tobytes())
        began = time.monotonic()
        np.array(map_samples(StoredBlob(path, size, _FORMAT, "")))
        return time.monotonic() - began


def _in(phase: Phase) -> Any:
    return lambda e: isinstance(e, Progress) and e.phase is phase


def _unheard_of(picture: Picture) -> bytearray:
    """The picture with a first pixel that the server has not seen, so that it has to be sent."""
    data = bytearray(picture.tobytes())
    data[:4] = secrets.token_bytes(4)
    return data


def _expected(pixels: Pixels) -> np.ndarray:
    """The echo engine's: inverted colour, the same alpha."""
    samples = np.frombuffer(pixels.data, np.uint8).copy().reshape(-1, 4)
    samples[:, :3] = 255 - samples[:, :3]
    return samples.reshape(-1)


def _order(pixels: Pixels) -> JobOrder:
    region = Rect.of_size(pixels.size)
    task = Task(
        operation=Operation.RESTORE,
        engine="echo",
        canvas=Canvas(pixels.size, _FORMAT),
        inputs=(Input(Role.IMAGE, "image", region, _FORMAT),),
    )
    return JobOrder(secrets.token_hex(8), task, {"image": pixels})
