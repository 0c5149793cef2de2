"""Pings a backend from a process of its own, so that making work does not delay measuring.

``python -m tests.benchmarks.responsiveness.pinger URL TOKEN_FILE`` until its standard input closes;
then the seconds of every ping as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.shared.server import Server
from tests.benchmarks.shared.wire import Wire

_PING_EVERY = 0.005


@dataclass
class Pings:
    seconds: list[float] = field(default_factory=list[float])


@asynccontextmanager
async def pinging(server: Server) -> AsyncIterator[Pings]:
    """Pings while the block runs; the figures are there afterwards."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, server.url, str(server.token_file)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    pings = Pings()
    yield pings
    output, _ = await process.communicate(b"")
    pings.seconds = json.loads(output)


async def _ping(url: str, token_file: Path) -> list[float]:
    closed = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    seconds: list[float] = []
    async with Wire.open(url, token_file) as wire:
        print("connected", flush=True)
        while not closed.done():
            seconds.append(await wire.ping())
            wire.forget()
            await asyncio.sleep(_PING_EVERY)
    return seconds


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_ping(sys.argv[1], Path(sys.argv[2])))))
