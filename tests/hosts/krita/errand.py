"""A backend for a Krita in a root: started and ended from outside, when those inside ask for it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.command import CommandLine

# What the plug-in starts stands for the backend, which needs a Python that the root does not have:
# it says that it is ready when the real one does, and lives as long.
_STAND_IN = """#!/bin/sh
while [ ! -s {ready} ]; do sleep 0.05; done
cat {ready}
while [ -s {ready} ]; do sleep 0.2; done
exit 9
"""
_LOOK_SECONDS = 0.03


@dataclass(frozen=True)
class Errands:
    """Orders are files in ``orders``, which vanish once they are done: ``start``, ``kill``."""

    data: Path
    orders: Path

    def environment(self, shots: Path) -> dict[str, str]:
        return {
            "VELATURA_DATA_DIR": str(self.data),
            "VELATURA_DRIVE_ORDERS": str(self.orders),
            "VELATURA_DRIVE_SHOTS": str(shots),
        }


@contextmanager
def errands(folder: Path, **settings: object) -> Iterator[Errands]:
    """``settings``: of the plug-in, in its file from the start."""
    data, orders = folder / "data", folder / "orders"
    shutil.rmtree(folder, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    orders.mkdir()
    ready, script = folder / "ready.json", folder / "stand-in.sh"
    script.write_text(_STAND_IN.format(ready=ready))
    (data / "install.json").write_text(json.dumps({"command": ["/bin/sh", str(script)]}))
    (data / "plugin.json").write_text(json.dumps(settings))
    runner = _Runner(CommandLine(data, folder), orders, ready)
    runner.start()
    try:
        yield Errands(data, orders)
    finally:
        runner.end()


class _Runner(threading.Thread):
    def __init__(self, velatura: CommandLine, orders: Path, ready: Path) -> None:
        super().__init__()
        self._velatura, self._orders, self._ready = velatura, orders, ready
        self._ended = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            for order in self._orders.iterdir():
                self._start() if order.name == "start" else self._kill()
                order.unlink()
        self._kill()

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _start(self) -> None:
        data = self._velatura.data_directory
        self._process = self._velatura.start("serve", "--port", "0", "--data-dir", data)
        assert self._process.stdout is not None
        self._ready.write_text(self._process.stdout.readline())

    def _kill(self) -> None:
        """As a crash would, workers included: they notice by themselves."""
        process, self._process = self._process, None
        self._ready.unlink(missing_ok=True)
        if process is not None:
            process.kill()
            process.communicate()
