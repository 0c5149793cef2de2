"""What :mod:`.gimp_panel` measures, in the panel's own process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.gimp_inside import HostCalls
from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.visit import Visit
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_protocol.geometry import Rect

AREA = Rect(2800, 800, 160, 300)
"""Of the photograph, enlarged to 12 megapixels."""
_LOOKS = 30


class Slices:
    """How long the main thread was in a call: by the clock, what it computed of that, and how much
    of it in GIMP's and GEGL's own functions for pixels. The difference is GIMP's, whose answers it
    waits for."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        self.wall: list[float] = []
        self.own: list[float] = []
        self.host: list[float] = []

    def __call__(self, *given: object) -> object:
        with HostCalls() as calls:
            wall, own = time.perf_counter(), time.thread_time()
            try:
                return self._function(*given)
            finally:
                self.own.append(1000.0 * (time.thread_time() - own - calls.seconds))
                self.wall.append(1000.0 * (time.perf_counter() - wall))
                self.host.append(1000.0 * calls.seconds)

    def facts(self) -> dict[str, float]:
        worst = {"own": max(self.own), "wall": max(self.wall), "host": max(self.host)}
        return {"count": len(self.own), **worst}


def main(visit: Visit) -> Iterator[object]:
    opened = time.time() - float((visit.result.with_name("pressed")).read_text())
    visit.note("open", wall=opened, cpu=time.process_time(), memory=_memory("VmRSS"))
    yield visit.online
    process, image = visit.process, visit.image()
    yield from _larger(visit, image)
    looks, events = Slices(process._watch._tick), Slices(process.app.controller._take_events)
    generating = Slices(process.services.generate)
    process._watch._tick = looks
    process.app.controller._take_events = events
    process.services.generate = generating
    yield lambda: len(looks.own) >= _LOOKS
    visit.note("looks", **looks.facts())
    yield from visit.select(image, AREA)
    visit.edit("variations", 1)
    yield visit.view.generate.get_sensitive
    before = _memory("VmRSS")
    yield from visit.click(visit.view.generate)
    yield lambda: bool(visit.jobs)
    yield visit.staged
    pixels = sum(each.regions[0].area for each in visit.jobs) * 4
    visit.note("events", **events.facts())
    visit.note("capture", **generating.facts())
    visit.note("memory", idle=before, peak=_memory("VmHWM"), job=pixels / 1e6)
    visit.process.close()


def _larger(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    image.undo_disable()
    image.scale(4240, 2830)
    image.undo_enable()
    yield lambda: visit.state.document.size.width == 4240
    hands.select(image, AREA, None)


def _memory(name: str) -> float:
    """In millions of bytes, of this process."""
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError(name)
