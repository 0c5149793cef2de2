"""Child processes: run to the end, their text passed on line by line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """A child that has ended: its exit status and everything it printed."""

    status: int
    output: str


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    each_line: Callable[[str], None] | None = None,
    extra: Mapping[str, str] | None = None,
) -> Ended:
    """Run ``command`` in ``folder``, with ``extra`` environment variables; stdout and stderr come
    as one text, passed on line by line."""
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=clean_environment() | dict(extra or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as child:
        assert child.stdout is not None
        lines: list[str] = []
        for line in child.stdout:
            lines.append(line)
            if each_line:
                each_line(line.rstrip("\n"))
        return Ended(child.wait(), "".join(lines))


def attached(command: Sequence[str | Path], *, folder: Path) -> int:
    """Run ``command`` on our own terminal, progress bars and all, and return its exit status."""
    return subprocess.run(
        [str(part) for part in command], cwd=folder, env=clean_environment(), check=False
    ).returncode


def clean_environment() -> dict[str, str]:
    """Ours, without what would make the environment's Python import somebody else's packages."""
    removed = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    return {key: value for key, value in os.environ.items() if key not in removed} | {
        "PYTHONUNBUFFERED": "1"
    }
