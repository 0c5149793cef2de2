"""A backend in a process of its own, as ``serve`` makes one, only less patient: with small chunks,
quick heartbeats, and a wall clock that is as wrong as a file says.

``python -m tests.e2e.faults.server_main DATA_DIRECTORY CLOCK_FILE``
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from velatura_backend.app import running
from velatura_backend.clocks import Clocks
from velatura_backend.config import Config
from velatura_backend.executors.hang_detection import Patience
from velatura_backend.executors.local import LocalExecutor
from velatura_backend.executors.pipe import WorkerSettings
from velatura_protocol.messages import Limits

PATIENCE = Patience(beat_seconds=0.2, silent=10, silent_loading=40, idle=300, start=300)
LIMITS = Limits(chunk_bytes=16 * 1024, window_bytes=64 * 1024)
WORKER = WorkerSettings(threads=1, warm=False, patience=PATIENCE)


async def main(directory: Path, clock_file: Path) -> None:
    def wall() -> float:
        return time.time() + float(clock_file.read_text() or "0")

    config = Config(directory, grace_seconds=None, limits=LIMITS, heartbeat_seconds=1.0)
    clocks = Clocks(wall, time.monotonic)
    make = lambda on_change: LocalExecutor((WORKER,), on_change)  # noqa: E731
    async with running(config, make, clocks) as backend:
        sys.stdout.write(json.dumps({"event": "ready", **asdict(backend.info)}) + "\n")
        sys.stdout.flush()
        await backend.stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
