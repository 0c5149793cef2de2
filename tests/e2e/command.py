"""The real command line as a child process, and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "velatura_cli")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]

    @property
    def error_line(self) -> str:
        """The one line on standard error; more or fewer fail the test."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


@dataclass(frozen=True)
class CommandLine:
    """Runs ``velatura`` with a data directory of its own; relative names are in ``folder``."""

    data_directory: Path
    folder: Path

    def environment(self) -> dict[str, str]:
        return {**os.environ, "VELATURA_DATA_DIR": str(self.data_directory)}

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=self.environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def __call__(self, *arguments: str | Path, timeout: float = 90.0, **options: Any) -> Ended:
        return ended(self.start(*arguments, **options), timeout)


def ended(process: subprocess.Popen[str], timeout: float = 90.0) -> Ended:
    """Waits for the end; a command that hangs is killed, and fails the test."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Ended(process.returncode, out, err)


def wait_for_event(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """Reads the JSON events of a running command up to the first such one."""
    assert process.stdout is not None
    for line in process.stdout:
        found = json.loads(line)
        if found["event"] == event:
            return found
    raise AssertionError(f"no {event} event before the end: {process.communicate()[1]}")
