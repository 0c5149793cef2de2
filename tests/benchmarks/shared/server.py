"""A real ``velatura serve`` process for a benchmark to talk to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Server:
    """``ready_seconds``: from the call to its ready line."""

    process: psutil.Process
    url: str
    token_file: Path
    ready_seconds: float

    def worker(self) -> psutil.Process | None:
        """The CPU worker, None while there is none."""
        for child in self.process.children():
            try:
                if "spawn_main" in " ".join(child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None


@contextmanager
def serving(
    folder: Path, *, command: Sequence[str] = (sys.executable, "-m", "velatura_cli", "serve")
) -> Iterator[Server]:
    """``command`` takes the options of ``serve``."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*command, "--port", "0", "--data-dir", str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        seconds = time.monotonic() - began
        yield Server(psutil.Process(ready["pid"]), ready["url"], Path(ready["token_file"]), seconds)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
