"""A plug-in on a memory host, with its backend: what most tests of the plug-in start from."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.plugin.scripted import Script, ScriptedBackend
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.client.client import Client, Identity
from velatura_plugin.controller import Controller
from velatura_plugin.host.base import Document
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import pack
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import JobStatus, JobView
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Intent, Operation

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)
REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE, variations=2, seed=10)


def noise(size: Size, form: PixelFormat = RGBA8, seed: int = 0) -> Pixels:
    """Opaque in 8 bit; other depths have any alpha, and floats colours beyond 0 and 1."""
    draw = random.Random(seed)
    channels = form.layout.channels
    if form.depth in (Depth.F16, Depth.F32):
        values = [draw.uniform(-0.5, 2.0) for _ in range(size.area * channels)]
        if form.layout.has_alpha:
            values[channels - 1 :: channels] = [draw.random() for _ in range(size.area)]
        return Pixels(size, form, pack(values, form))
    data = bytearray(draw.randbytes(form.byte_count(size)))
    if form.layout.has_alpha and form.depth is Depth.U8:
        data[channels - 1 :: channels] = b"\xff" * size.area
    return Pixels(size, form, bytes(data))


class Desk:
    def __init__(
        self,
        script: Script | None = None,
        settings: Settings | None = None,
        delays: Sequence[int] = (0,),
        host: MemoryHost | None = None,
    ) -> None:
        self.host = host or MemoryHost()
        self.backend = ScriptedBackend(script)
        identity = Identity("client", "secret", "memory/1", "test")
        self.client = Client(self.backend.dial, identity, delays=delays)
        self.controller = Controller(self.host, self.client, settings=settings)

    def open(self, width: int = 24, height: int = 16, seed: int = 0) -> Document:
        """A picture with something selected in it."""
        document = self.host.open(noise(Size(width, height), seed=seed))
        self.host.select(document, Rect(8, 6, 4, 3))
        return document

    def connect(self) -> None:
        self.controller.start()
        self.until(lambda: bool(self.controller.state.engines))

    def until(self, done: Callable[[], bool]) -> None:
        self.host.run_until(done, seconds=60.0)

    def view(self, job: str) -> JobView:
        view = self.controller.state.job(job)
        assert view is not None, "the job has left the panel"
        return view

    def finish(self, job: str) -> JobView:
        """Runs until the job has ended; it is still on the panel."""
        self.until(lambda: self.view(job).status.is_end)
        return self.view(job)

    def status(self, job: str) -> JobStatus:
        return self.view(job).status

    def close(self) -> None:
        self.controller.close(seconds=5.0)
        self.backend.close()


@contextmanager
def desk(
    script: Script | None = None,
    settings: Settings | None = None,
    delays: Sequence[int] = (0,),
    host: MemoryHost | None = None,
) -> Iterator[Desk]:
    opened = Desk(script, settings, delays, host)
    try:
        yield opened
    finally:
        opened.close()
