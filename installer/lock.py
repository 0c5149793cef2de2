"""One installer at a time in one checkout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from installer.report import Report

if sys.platform == "win32":
    import msvcrt

    def take(handle: TextIOWrapper) -> bool:
        """Lock an open file unless another process has it; False if one has."""
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait(handle: TextIOWrapper) -> None:
        while True:
            try:
                return msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # LK_LOCK gives up after ten seconds
                continue

else:
    import fcntl

    def take(handle: TextIOWrapper) -> bool:
        """Lock an open file unless another process has it; False if one has."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(handle: TextIOWrapper) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


@contextmanager
def exclusive(path: Path, report: Report) -> Iterator[None]:
    """Hold ``path`` until the block ends; the system lets go if the process dies."""
    with path.open("w") as handle:
        if not take(handle):
            report.line("another installer is at work in this checkout: waiting for it")
            _wait(handle)
        yield
