"""``python -m tests.benchmarks.responsiveness``: how soon the backend answers, whatever it does.

Everything goes through a real ``velatura serve`` process, its worker and a real connection.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.benchmarks.shared.memory import resident
from tests.benchmarks.shared.server import Server, serving
from tests.benchmarks.shared.tables import percentile, table, verdict
from tests.benchmarks.shared.wire import Wire
from velatura_backend.engines.specs import ECHO, FILL
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size
from velatura_protocol.messages import Capabilities, Failed, Progress

from .cancels import CancelFigures, Canceller, in_phase, is_end
from .jobs import Bench
from .pinger import pinging

_LARGE = Bench.cut(Size(4000, 3000), 300)
_MEDIUM = Bench.cut(Size(2048, 1536), 300)
_SMALL = Bench.cut(Size(512, 384), 40)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=30, help="cancels for each phase")
    parser.add_argument("--starts", type=int, default=10, help="starts of the server")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="velatura-bench-") as folder:
        print(_starts(Path(folder), options.starts), flush=True)
        with serving(Path(folder) / "work") as server:
            asyncio.run(_conversation(server, options.trials))


def _starts(folder: Path, count: int) -> str:
    seconds: list[float] = []
    memory: list[int] = []
    for number in range(count):
        with serving(folder / str(number)) as server:
            seconds.append(server.ready_seconds)
            time.sleep(1.0)
            memory.append(resident(server.process.pid))
    worst, most = max(seconds), max(memory) / 2**20
    rows = [
        ["ready line, seconds", _of(seconds, 50), f"{worst:.2f}", "0.7", verdict(worst, 0.7)],
        [
            "server process idle, MiB resident",
            f"{percentile([m / 2**20 for m in memory], 50):.0f}",
            f"{most:.0f}",
            "60",
            verdict(most, 60),
        ],
    ]
    return table(["start", "median", "worst", "target", ""], rows)


async def _conversation(server: Server, trials: int) -> None:
    async with Wire.open(server.url, server.token_file) as wire:
        await wire.until(_is_ready)
        print("\n" + await _pings(server, wire), flush=True)
        print("\n" + await _kills(server, wire, max(5, trials // 3)), flush=True)
        canceller = Canceller(server, wire, _LARGE, _MEDIUM, _SMALL, trials)
        print("\n" + _cancel_table(await canceller.all()), flush=True)


def _is_ready(event: object) -> bool:
    return isinstance(event, Capabilities) and event.devices[0].ready


# -- pings -----------------------------------------------------------------------------------------


async def _pings(server: Server, wire: Wire) -> str:
    idle = await _ping_while(server, wire, asyncio.sleep(8.0))
    working = await _ping_while(server, wire, _fill_for(wire, 12.0))
    moving = await _ping_while(server, wire, _move_for(wire, 12.0))
    loading = await _ping_while(server, wire, _reload(server, wire, 5))
    rows = [
        _ping_row("idle", idle),
        _ping_row("while a fill runs on all cores", working),
        _ping_row("while 48 MB pictures are uploaded and results are stored", moving),
        _ping_row("while a worker loads", loading),
    ]
    return table(["ping, ms", "count", "p50", "p99", "worst", "target p99", ""], rows)


def _ping_row(name: str, seconds: list[float]) -> list[str]:
    p99 = percentile(seconds, 99)
    figures = [f"{v * 1000:.1f}" for v in (percentile(seconds, 50), p99, max(seconds))]
    return [name, str(len(seconds)), *figures, "20", verdict(p99, 0.020)]


async def _ping_while(server: Server, wire: Wire, work: Awaitable[None]) -> list[float]:
    async with pinging(server) as pings:
        await work
    wire.forget()
    return pings.seconds


async def _fill_for(wire: Wire, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await wire.until(is_end(_LARGE.submit(wire, FILL)))


async def _move_for(wire: Wire, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await wire.until(is_end(_LARGE.submit(wire, ECHO, fresh=True)))


async def _reload(server: Server, wire: Wire, times: int) -> None:
    for _ in range(times):
        worker = server.worker()
        assert worker is not None
        killed = time.monotonic()
        worker.kill()
        await wire.until(_is_ready, killed)


# -- kills -----------------------------------------------------------------------------------------


async def _kills(server: Server, wire: Wire, times: int) -> str:
    first: list[float] = []
    second: list[float] = []
    for _ in range(times):
        job = _SMALL.submit(wire, ECHO, seconds=60.0)
        killed = await _kill(server, wire, job, 0.0)
        arrived, _ = await wire.until(in_phase(job, Phase.LOADING), killed)
        first.append(arrived - killed)
        killed = await _kill(server, wire, job, arrived)
        arrived, end = await wire.until(is_end(job), killed)
        assert isinstance(end, Failed)
        second.append(arrived - killed)
        await wire.until(_is_ready, killed)
        wire.forget()
    rows = [
        _kill_row("first time: the job is begun again", first),
        _kill_row("second time: the job has failed", second),
    ]
    return table(["worker killed, ms until told", "count", "p50", "worst", "target", ""], rows)


async def _kill(server: Server, wire: Wire, job: str, after: float) -> float:
    await wire.until(
        lambda e: isinstance(e, Progress) and e.job == job and e.phase is Phase.STEPPING, after
    )
    worker = server.worker()
    assert worker is not None
    killed = time.monotonic()
    os.kill(worker.pid, signal.SIGKILL)
    return killed


def _kill_row(name: str, seconds: list[float]) -> list[str]:
    figures = [f"{v * 1000:.0f}" for v in (percentile(seconds, 50), max(seconds))]
    return [name, str(len(seconds)), *figures, "200", verdict(max(seconds), 0.2)]


# -- cancels ---------------------------------------------------------------------------------------


def _cancel_table(all_figures: list[CancelFigures]) -> str:
    rows: list[list[str]] = []
    for figures in all_figures:
        if not figures.seconds:
            rows.append([figures.phase, "0", "", "", "", str(figures.too_late), "100", ""])
            continue
        values = (percentile(figures.seconds, p) for p in (50, 95, 100))
        rows.append(
            [
                figures.phase,
                str(len(figures.seconds)),
                *(f"{v * 1000:.0f}" for v in values),
                str(figures.too_late),
                "100",
                verdict(percentile(figures.seconds, 95), 0.1),
            ]
        )
    head = ["cancel → stopped, ms", "count", "p50", "p95", "worst", "finished before", "target p95"]
    return table([*head, ""], rows)


def _of(values: list[float], percent: int, form: Callable[[float], str] = "{:.2f}".format) -> str:
    return form(percentile(values, percent))


if __name__ == "__main__":
    main()
