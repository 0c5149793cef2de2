"""The plug-in's real client, and everything it was told."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from velatura_plugin.client.client import Client, Identity, Report
from velatura_plugin.client.events import (
    ClientEvent,
    HistoryArrived,
    JobRefused,
    Link,
    LinkChanged,
    RequestDone,
    VariationArrived,
)
from velatura_plugin.client.order import JobOrder
from velatura_plugin.launcher.launcher import Launcher
from velatura_plugin.transport.base import Transport
from velatura_plugin.transport.websocket import WebSocketTransport
from velatura_protocol.errors import BackendUnavailable
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import CancelledJob, Failed, Finished, JobSummary
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, PreviewRequest, Role, Task

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)
SIZE = Size(160, 120)
BYTES = RGBA8.byte_count(SIZE)
PATIENCE = 80.0

End = Finished | Failed | CancelledJob | JobRefused
Found = TypeVar("Found")


class Panel:
    """Finds the backend as a plug-in does, and talks to it through ``port``, or directly."""

    def __init__(self, data: Path, name: str, port: int | None = None, *, secret: str = "") -> None:
        self._launcher = Launcher(data)
        self._port = port
        self._heard: list[ClientEvent] = []
        self._changed = threading.Condition()
        self._client = Client(
            self._dial, Identity(name, secret or f"secret of {name}"), delays=(0,)
        )

    def __enter__(self) -> Panel:
        self._client.connect(self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close(seconds=10.0)

    async def _dial(self, report: Report) -> Transport:
        endpoint = await asyncio.to_thread(self._launcher.find)
        if endpoint is None:
            await asyncio.sleep(0.05)
            raise BackendUnavailable(reason="not there")
        url = endpoint.url if self._port is None else f"ws://127.0.0.1:{self._port}/"
        return await WebSocketTransport.open(url, endpoint.token_file)

    def _hear(self, event: ClientEvent) -> None:
        # As the controller does with what it has staged.
        if isinstance(event, VariationArrived | Finished | Failed | CancelledJob):
            self._client.acknowledge(event.job, event.seq)
        with self._changed:
            self._heard.append(event)
            self._changed.notify_all()

    # -- what is asked -----------------------------------------------------------------------------

    def submit(self, job: str, **parameters: float | bool) -> bytes:
        """A job over pixels that no other job has; returns them."""
        return self.send(job, noise(job), b"\xff" * SIZE.area, "echo", dict(parameters))

    def send(
        self,
        job: str,
        pixels: bytes,
        mask: bytes,
        engine: str,
        parameters: dict[str, float | bool] | None = None,
    ) -> bytes:
        whole = Rect.of_size(SIZE)
        inputs = (
            Input(Role.IMAGE, "crop", whole, RGBA8),
            Input(Role.MASK, "mask", whole, MASK_FORMAT),
        )
        task = Task(
            Operation.FILL,
            Canvas(SIZE, RGBA8),
            inputs,
            intent=Intent.REMOVE,
            engine=engine,
            parameters=dict(parameters or {}),
            preview=PreviewRequest(RGBA8, per_second=60.0),
        )
        blobs = {
            "crop": Pixels(SIZE, RGBA8, pixels),
            "mask": Pixels(SIZE, MASK_FORMAT, mask),
        }
        self._client.submit(JobOrder(job, task, blobs))
        return pixels

    def cancel(self, job: str) -> None:
        self._client.cancel(job)

    def history(self) -> tuple[JobSummary, ...]:
        """Everybody's: for the owner alone."""
        self.until(self.is_online)
        number = self._client.list_jobs(limit=1000, everyone=True)
        return self.until(lambda: self._find(HistoryArrived, lambda e: e.request == number)).jobs

    def forget(self, job: str, *, everyone: bool = False) -> int:
        """How many were."""
        self.until(self.is_online)
        number = self._client.forget((job,), everyone=everyone)
        done = self.until(lambda: self._find(RequestDone, lambda e: e.request == number))
        assert done.error is None
        return done.count

    # -- what was heard ----------------------------------------------------------------------------

    def until(self, found: Callable[[], Found | None]) -> Found:
        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, PATIENCE), self._heard[-8:]
        answer = found()
        assert answer is not None
        return answer

    def wait_for(self, kind: type[Found], job: str) -> Found:
        return self.until(lambda: self._find(kind, lambda e: getattr(e, "job", None) == job))

    def is_online(self) -> bool | None:
        links = [e for e in self._heard if isinstance(e, LinkChanged)]
        return True if links and links[-1].link is Link.ONLINE else None

    def ends(self, job: str) -> list[End]:
        return [e for e in self._heard if isinstance(e, End) and e.job == job]

    def end(self, job: str) -> End:
        return self.until(lambda: next(iter(self.ends(job)), None))

    def results(self, job: str) -> list[bytes]:
        """Pixels of the variations that came."""
        arrived = [e for e in self._heard if isinstance(e, VariationArrived) and e.job == job]
        patches = [each.content.layers[0].patches[0] for each in arrived]
        return [bytes(each.pixels.data) for each in patches]

    def _find(self, kind: type[Found], is_it: Callable[[Found], bool]) -> Found | None:
        return next((e for e in self._heard if isinstance(e, kind) and is_it(e)), None)


def noise(seed: str) -> bytes:
    """Opaque pixels, the same for the same seed."""
    pixels = bytearray(hashlib.shake_256(seed.encode()).digest(BYTES))
    pixels[3::4] = b"\xff" * SIZE.area
    return bytes(pixels)


def echoed(pixels: bytes) -> bytes:
    """What the checking engine makes of opaque pixels."""
    inverse = bytearray(255 - each for each in pixels)
    inverse[3::4] = b"\xff" * SIZE.area
    return bytes(inverse)
