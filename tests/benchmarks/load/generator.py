"""A process full of clients: ``python -m tests.benchmarks.load.generator URL TOKEN LOG PLAN``.

Prints a line when all are connected, begins at a line on its standard input, and prints its figures
as JSON when all are done.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from .arrivals import ArrivalLog
from .clients import Ground, LoadClient
from .jobs import Tally
from .loop import StampingSelector, run
from .plan import Plan

_SPREAD_SECONDS = 1.0
_STALL_SECONDS = 120.0


async def generate(ground: Ground) -> None:
    """Until every client is done, or nothing has happened for too long."""
    asyncio.get_running_loop().set_exception_handler(_give_up)
    plan = ground.plan
    clients = [LoadClient(ground, plan.first + number) for number in range(plan.clients)]
    tasks = [asyncio.create_task(client.run()) for client in clients]
    for client in clients:
        await client.welcomed.wait()
    print("connected", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    tasks.append(asyncio.create_task(_begin(clients)))
    storms = asyncio.create_task(_storms(clients, plan.storm_seconds))
    watch = asyncio.create_task(_stalled(ground.tally))
    everybody = asyncio.gather(*tasks)
    await asyncio.wait((everybody, watch), return_when=asyncio.FIRST_COMPLETED)
    if not everybody.done():
        for client in clients:
            client.give_up()
    for task in (storms, watch, *tasks):
        task.cancel()
    await asyncio.gather(storms, watch, *tasks, return_exceptions=True)
    if everybody.done() and not everybody.cancelled():
        everybody.result()


def _give_up(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A mistake of ours in a callback: no figure is worth anything after it."""
    loop.default_exception_handler(context)
    os._exit(1)


async def _begin(clients: list[LoadClient]) -> None:
    for client in clients:
        client.begin()
        await asyncio.sleep(_SPREAD_SECONDS / len(clients))


async def _storms(clients: list[LoadClient], seconds: float) -> None:
    """At the same moments in all processes."""
    while seconds:
        await asyncio.sleep(seconds - time.monotonic() % seconds)
        for client in clients:
            client.cut()


async def _stalled(tally: Tally) -> None:
    """Returns when no job has ended for so long that none will."""
    ended, since = -1, time.monotonic()
    while time.monotonic() - since < _STALL_SECONDS:
        if (now := tally.ended.total()) != ended:
            ended, since = now, time.monotonic()
        await asyncio.sleep(1.0)


def main() -> None:
    url, token_file, log, plan = sys.argv[1:]
    selector = StampingSelector()
    shared = Plan.from_json(plan)
    ground = Ground(
        url,
        Path(token_file),
        shared,
        Tally(),
        ArrivalLog(Path(log)),
        selector,
    )
    try:
        run(generate(ground), selector)
    finally:
        ground.log.close()
    print(ground.tally.to_json())


if __name__ == "__main__":
    main()
