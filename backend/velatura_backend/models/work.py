"""Long work on files: how far it is, and that somebody may stop it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Step:
    """``done`` of ``total`` bytes of all of it; ``file`` is what is in work, relative to its model
    or folder, with slashes."""

    done: int
    total: int
    file: str = ""


Report = Callable[[Step], None]
"""Called every megabyte or so, on the thread that works.

:raises velatura_protocol.errors.Cancelled: to stop it; what is half done is kept or taken away as
    whoever works says
"""


def unheard(step: Step) -> None:
    """For work that nobody watches."""


@dataclass
class Meter:
    """Adds up the bytes of several files into one report."""

    report: Report
    total: int
    done: int = 0

    def add(self, count: int, file: str) -> None:
        self.done += count
        self.report(Step(self.done, self.total, file))


def sha256_of(path: Path, meter: Meter, name: str) -> str:
    """:raises OSError: it cannot be read
    :raises velatura_protocol.errors.Cancelled: by the meter
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            meter.add(len(chunk), name)
    return digest.hexdigest()
