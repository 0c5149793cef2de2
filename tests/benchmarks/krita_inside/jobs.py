"""Runs inside of Krita: removals as a user asks for them, watched from the GUI thread."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import krita

from tests.benchmarks.krita_inside.heartbeat import Heartbeat
from tests.benchmarks.krita_inside.pictures import U8, U16, photograph
from tests.benchmarks.krita_inside.slices import Slice, Watchdog
from tests.hosts.krita.inside.hands import Hands
from velatura_plugin.client.events import Link
from velatura_plugin.host.krita.adapter import KritaHost
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_plugin.state.state import JobStatus
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import PixelFormat
from velatura_protocol.tasks import SampleSource

SMALL, LARGE, HUGE = Size(1024, 1024), Size(4096, 4096), Size(6000, 4000)
HUGE_LAYERS = 10
REPEATS = 5
INJECTED_SECONDS = 0.1
JOB_SECONDS = 240.0
_TIMED = ("show_preview", "show_result", "accept", "capture", "selection", "active_document")
_HEARD = ("asked", "Accepted", "Started")
_SHOWN_SLICES = 6
_SHOWN_CALLS = 8


@dataclass(frozen=True)
class Stay:
    """A call of the host's by the plug-in's core."""

    name: str
    began: float
    ended: float


class Bench:
    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.app = driver.app
        self.hands = Hands()
        (extension,) = (each for each in self.app.extensions() if _is_ours(each))
        self.controller = extension.app.controller
        self.watchdog, self.heart = Watchdog(), Heartbeat()
        self.stays: list[Stay] = []
        self.heard: dict[str, float] = {}
        self.controller.watch(
            lambda event: self.heard.setdefault(type(event).__name__, time.perf_counter())
        )
        self._time_the_host()
        self.watchdog.watch()
        self.heart.start()

    def forget(self) -> None:
        self.watchdog.forget()
        self.stays.clear()
        self.heard.clear()
        self.heart.forget()

    def named(self, name: str) -> list[Stay]:
        return [each for each in self.stays if each.name == name]

    def beat(self) -> Callable[[], bool]:
        """True once the event loop has come round twice: what was queued has been done."""
        wanted = self.heart.beats + 2
        return lambda: self.heart.beats >= wanted

    def opened(self, size: Size, form: PixelFormat) -> Iterator[object]:
        """The document, as the value of a ``yield from``."""
        document = self.hands.open(photograph(size, form))
        yield lambda: self.hands.is_ready(document)
        document.waitForDone()
        return document

    def closed(self, document: krita.Document) -> Iterator[object]:
        document.waitForDone()
        yield 500  # Krita 5.2 draws its layer list later, and not of a document that has gone
        self.hands.close(document)
        yield self.beat()

    def removed(self, document: krita.Document, region: Rect) -> Iterator[object]:
        """When it was asked for, as the value of a ``yield from``; the job has finished."""
        self.hands.select(document, region, None)
        yield 200
        self.forget()
        asked = time.perf_counter()
        self.app.action("velatura_remove").trigger()
        self.heard["asked"] = time.perf_counter()
        views = self.controller.state.jobs
        assert views, self.controller.state
        job = views[-1].job
        end = asked + JOB_SECONDS
        while not (view := self.controller.state.job(job)).status.is_end:
            assert time.perf_counter() < end, view
            yield 20
        assert view.status is JobStatus.FINISHED, view.error
        yield self.beat()
        return asked

    def taken(self, action: str) -> Iterator[object]:
        """Seconds until Krita was back in its event loop, as the value of a ``yield from``."""
        began = time.perf_counter()
        self.app.action(action).trigger()
        yield self.beat()
        return time.perf_counter() - began

    def _time_the_host(self) -> None:
        for name in _TIMED:
            setattr(KritaHost, name, self._timed(name, getattr(KritaHost, name)))

    def _timed(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return method(*given, **named)
            finally:
                self.stays.append(Stay(name, began, time.perf_counter()))

        return timed


def main(driver: Any) -> Iterator[object]:
    yield lambda: any(_is_ours(each) and each.app for each in driver.app.extensions())
    bench = Bench(driver)
    state = lambda: bench.controller.state  # noqa: E731
    yield lambda: state().link.link is Link.ONLINE and bool(state().engines)
    driver.note("version", driver.app.version())
    yield 2000  # Krita fills its lists of presets for a while after its start
    for name, scenario in _SCENARIOS.items():
        driver.note(name, (yield from scenario(bench)))


def _idle(bench: Bench) -> Iterator[object]:
    """What the machine and Krita do to the heartbeat when nothing of ours runs."""
    document = yield from bench.opened(LARGE, U8)
    yield 500
    bench.forget()
    yield 3000
    seen = {"freeze": bench.heart.worst(), "busy": bench.heart.busy_share(), **_slices(bench)}
    yield from bench.closed(document)
    return seen


def _injected(bench: Bench) -> Iterator[object]:
    """Whether the watchdog barks: something slow, run the way the client's news are."""
    yield bench.beat()
    bench.forget()
    bench.controller.host.post(lambda: time.sleep(INJECTED_SECONDS))
    yield bench.beat()
    return {"freeze": bench.heart.worst(), **_slices(bench)}


def _first_preview(bench: Bench) -> Iterator[object]:
    """At 1024², a dozen percent of the picture; the first is for the worker to warm up on."""
    first: list[float] = []
    accept: list[float] = []
    whole: list[float] = []
    heard: list[dict[str, float]] = []
    for _ in range(REPEATS + 1):
        document = yield from bench.opened(SMALL, U8)
        asked = yield from bench.removed(document, Rect(352, 352, 360, 360))
        shown = bench.named("show_preview") + bench.named("show_result")
        first.append(min(each.ended for each in shown) - asked)
        whole.append(max(each.ended for each in shown) - asked)
        heard.append({name: at - asked for name, at in bench.heard.items()})
        accept.append((yield from bench.taken("velatura_accept")))
        yield from bench.closed(document)
    return {
        "cold": first[0],
        "first": statistics.median(first[1:]),
        "worst": max(first[1:]),
        "heard": {
            name: statistics.median(each.get(name, 0.0) for each in heard[1:]) for name in _HEARD
        },
        "whole": statistics.median(whole[1:]),
        "accept": statistics.median(accept[1:]),
    }


def _large(bench: Bench) -> Iterator[object]:
    """A remove with previews on a 4096² document."""
    document = yield from bench.opened(LARGE, U8)
    before = _memory()
    asked = yield from bench.removed(document, Rect(1500, 1500, 800, 600))
    seen = _of_job(bench, asked) | {"memory before": before, "memory": _memory()}
    seen["accept"] = yield from bench.taken("velatura_accept")
    yield from bench.closed(document)
    return seen


def _huge(bench: Bench) -> Iterator[object]:
    """24 megapixels, 16 bit, ten layers."""
    document = yield from bench.opened(HUGE, U16)
    bottom = document.topLevelNodes()[0]
    for _ in range(HUGE_LAYERS - 1):
        layer = bottom.clone()
        layer.setOpacity(128)
        document.rootNode().addChildNode(layer, None)
    document.refreshProjection()
    document.waitForDone()
    yield 1000
    before = _memory()
    bench.forget()
    document.refreshProjection()
    yield bench.beat()
    alone = bench.heart.worst()
    asked = yield from bench.removed(document, Rect(2000, 1500, 800, 600))
    seen = _of_job(bench, asked) | {"memory before": before, "memory": _memory()}
    seen |= {"refresh alone": alone, "job freeze": seen["freeze"]}
    bench.forget()
    seen["accept"] = yield from bench.taken("velatura_accept")
    seen["accept freeze"] = bench.heart.worst()
    yield from bench.closed(document)
    return seen


def _captures(bench: Bench) -> Iterator[object]:
    """1024² out of 4096² with three layers, the middle one active: without anything staged, and
    with a variation staged over it."""
    document = yield from bench.opened(LARGE, U8)
    nodes = [document.topLevelNodes()[0]]
    for _ in range(2):
        nodes.append(nodes[0].clone())
        document.rootNode().addChildNode(nodes[-1], None)
    document.setActiveNode(nodes[1])
    document.refreshProjection()
    document.waitForDone()
    yield 500
    seen = {"plain": _captured(bench)}
    yield from bench.removed(document, Rect(1900, 1900, 200, 150))
    seen["staged"] = _captured(bench)
    yield from bench.taken("velatura_discard")
    yield from bench.closed(document)
    return seen


def _captured(bench: Bench) -> dict[str, dict[str, float]]:
    host = bench.controller.host
    document = host.active_document()
    region, seen = Rect(1536, 1536, 1024, 1024), {}
    for source in SampleSource:
        times: list[float] = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            host.capture(document, source, region)
            times.append(time.perf_counter() - began)
        seen[source.value] = {"median": statistics.median(times), "worst": max(times)}
    return seen


def _of_job(bench: Bench, asked: float) -> dict[str, Any]:
    previews, results = bench.named("show_preview"), bench.named("show_result")
    shown = sorted(previews + results, key=lambda each: each.began)
    apart = [b.began - a.began for a, b in itertools.pairwise(previews)]
    seconds = shown[-1].ended - asked
    costs = [each.ended - each.began for each in previews]
    return {
        "seconds": seconds,
        "first": shown[0].ended - asked,
        "previews": len(previews),
        "least apart": min(apart, default=0.0),
        "preview cost": statistics.median(costs) if costs else 0.0,
        "worst preview": max(costs, default=0.0),
        "preview share": sum(costs) / seconds,
        "busy": bench.heart.busy_share(),
        "freeze": bench.heart.worst(),
        "core": {
            name: max((each.ended - each.began for each in bench.named(name)), default=0.0)
            for name in _TIMED
        },
        **_slices(bench),
    }


def _slices(bench: Bench) -> dict[str, Any]:
    slices, calls = bench.watchdog.slices, bench.watchdog.calls
    worst = sorted(calls.items(), key=lambda item: -item[1].worst)[:_SHOWN_CALLS]
    return {
        "slices": len(slices),
        "own": _worst(slices, lambda each: each.own),
        "cpu": _worst(slices, lambda each: each.cpu),
        "whole": _worst(slices, lambda each: each.whole),
        "rubbish": _rubbish(bench.watchdog.collections),
        "calls": [[name, each.count, each.seconds, each.worst] for name, each in worst],
    }


def _rubbish(collections: list[tuple[int, float]]) -> dict[int, list[float]]:
    """For each generation how often, and the longest."""
    found: dict[int, list[float]] = {}
    for generation, seconds in collections:
        count, longest = found.get(generation, [0, 0.0])
        found[generation] = [count + 1, max(longest, seconds)]
    return found


def _worst(slices: list[Slice], key: Callable[[Slice], float]) -> list[list[Any]]:
    longest = sorted(slices, key=key, reverse=True)[:_SHOWN_SLICES]
    return [[each.entered, key(each), each.heavy] for each in longest]


def _memory() -> dict[str, int]:
    """Bytes of this Krita: now, and at most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    pairs = (each.split(":", 1) for each in lines if each.startswith("Vm"))
    sizes = {name: value.split()[0] for name, value in pairs}
    return {"now": int(sizes["VmRSS"]) * 1024, "most": int(sizes["VmHWM"]) * 1024}


def _is_ours(extension: object) -> bool:
    return isinstance(extension, VelaturaExtension)


_SCENARIOS: dict[str, Callable[[Bench], Iterator[object]]] = {
    "idle": _idle,
    "injected": _injected,
    "small": _first_preview,
    "large": _large,
    "captures": _captures,
    "huge": _huge,
}
