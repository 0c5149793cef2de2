"""One scenario, from its server's start to its figures."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.responsiveness.pinger import Pings, pinging
from tests.benchmarks.shared.server import Server, serving
from tests.benchmarks.shared.tables import percentile
from tests.benchmarks.shared.wire import Wire
from velatura_protocol.messages import Capabilities

from .arrivals import Latencies, join
from .audit import Audit, audit
from .jobs import Tally
from .plan import Plan
from .watch import Cost, watching

_WORKER_SECONDS = 120.0


@dataclass(frozen=True)
class Scenario:
    name: str
    plan: Plan


@dataclass(frozen=True)
class Outcome:
    scenario: Scenario
    tally: Tally
    cost: Cost
    latencies: Latencies
    pings: list[float]
    audit: Audit

    @property
    def jobs_a_second(self) -> float:
        return self.tally.ended.total() / self.cost.seconds

    def event_ms(self, percent: float) -> float:
        """As the generators saw it: from the telling until they found it in the socket."""
        return 1000 * percentile(self.latencies.seconds or [0.0], percent)

    def generator_ms(self, percent: float) -> float:
        """For how long the generators had not looked into their sockets before."""
        return 1000 * percentile(self.latencies.busy or [0.0], percent)

    def ping_ms(self, percent: float) -> float:
        return 1000 * percentile(self.pings or [0.0], percent)

    @property
    def growth(self) -> float:
        """MiB over the run."""
        return self.cost.ended - self.cost.began

    @property
    def is_sound(self) -> bool:
        """Nothing lost, nothing twice, every byte right."""
        tally = self.tally
        return not (tally.lost or tally.duplicated or tally.wrong_bytes or self.audit.odd) and (
            tally.ended.total() == tally.submitted
        )


async def carry_out(scenario: Scenario, folder: Path, processes: int, *, pings: bool) -> Outcome:
    """``pings``: a process of its own asks the server for signs of life meanwhile."""
    folder.mkdir(parents=True)
    told = folder / "told"
    command = (sys.executable, "-m", "tests.benchmarks.load.probed", str(told), "serve")
    tally, times = Tally(), Pings()
    with serving(folder / "data", command=command) as server:
        await _until_ready(server)
        plans = scenario.plan.shares(processes)
        logs = [folder / f"arrived-{number}" for number in range(len(plans))]
        generators = [
            await _start(server, log, plan) for log, plan in zip(logs, plans, strict=True)
        ]
        try:
            async with pinging(server) if pings else nullcontext(times) as times:
                with watching(server) as cost:
                    for found in await asyncio.gather(*map(_finish, generators)):
                        tally.add(found)
        finally:
            _end(generators)
    return Outcome(scenario, tally, cost, join(told, logs), times.seconds, audit(folder / "data"))


async def _until_ready(server: Server) -> None:
    async with asyncio.timeout(_WORKER_SECONDS), Wire.open(server.url, server.token_file) as wire:
        await wire.until(lambda event: isinstance(event, Capabilities) and event.devices[0].ready)


async def _start(server: Server, log: Path, plan: Plan) -> Process:
    """A generator whose clients are all connected."""
    module = "tests.benchmarks.load.generator"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, server.url, str(server.token_file), str(log)),
        plan.to_json(),
        stdin=PIPE,
        stdout=PIPE,
        limit=1 << 24,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"connected\n", "a generator did not connect"
    return process


async def _finish(generator: Process) -> Tally:
    output, _ = await generator.communicate(b"begin\n")
    assert generator.returncode == 0, "a generator has failed"
    return Tally.from_json(output.decode())


def _end(generators: list[Process]) -> None:
    for each in generators:
        if each.returncode is None:
            each.kill()
