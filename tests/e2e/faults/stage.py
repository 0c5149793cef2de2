"""A backend that a test may kill, stop, starve and lead astray, and start again."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.e2e.faults.line import Line
from tests.e2e.faults.panel import Panel
from velatura_backend.instance import owner_secret
from velatura_protocol.messages import JobSummary

_ROOT = Path(__file__).parents[3]
_NOWHERE = 1


class Stage:
    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self._clock = folder / "clock"
        self._clock.write_text("0")
        self._process: subprocess.Popen[str] | None = None
        self.line = Line(self._port)
        self.memory: dict[int, list[int]] = {}
        """Bytes in memory of each server after each look."""

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.e2e.faults.server_main"]
        self._process = subprocess.Popen(
            [*command, str(self.data), str(self._clock)],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert json.loads(ready)["event"] == "ready"

    def close(self) -> None:
        self.line.close()
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=60)

    def panel(self, name: str, *, through_line: bool = False) -> Panel:
        return Panel(self.data, name, self.line.port if through_line else None)

    # -- faults ------------------------------------------------------------------------------------

    def kill_server(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def kill_worker(self) -> None:
        self._worker().kill()

    def stop_worker(self) -> None:
        """It lives, and does nothing any more."""
        self._worker().send_signal(signal.SIGSTOP)

    def fill_disk(self) -> None:
        """No file of server or worker takes another byte."""
        self._limit_files(full=True)

    def free_disk(self) -> None:
        self._limit_files(full=False)

    def set_clock(self, seconds: float) -> None:
        """That many ahead of the right time."""
        self._clock.write_text(str(seconds))

    # -- looks -------------------------------------------------------------------------------------

    def look_at_memory(self) -> None:
        server = self._server()
        self.memory.setdefault(server.pid, []).append(server.memory_info().rss)

    def listed(self) -> dict[str, JobSummary]:
        """All jobs in the journal, as their owner's command line would list them."""
        with Panel(self.data, "owner", secret=owner_secret(self.data)) as owner:
            return {each.job: each for each in owner.history()}

    def leftovers(self) -> list[Path]:
        """Files that belong to nothing that is kept."""
        folders = (self.data / "incoming", self.data / "work")
        return [path for folder in folders for path in folder.iterdir()]

    # -- inside ------------------------------------------------------------------------------------

    def _port(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            url = json.loads((self.data / "runtime.json").read_text())["url"]
            return urlsplit(url).port or _NOWHERE
        return _NOWHERE

    def _server(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def _worker(self) -> psutil.Process:
        (worker,) = [
            child for child in self._server().children() if "spawn_main" in str(child.cmdline())
        ]
        return worker

    def _limit_files(self, *, full: bool) -> None:
        import resource  # not everywhere, as little as these tests

        for process in (self._server(), *self._server().children()):
            _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            soft = 0 if full else hard
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (soft, hard))
