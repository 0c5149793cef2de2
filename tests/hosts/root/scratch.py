"""Folders of one session, and what outlives it: the traces of failures.

They lie beside the roots, not under the system's own folder for such things: the roots have one of
their own under that name.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hosts.root.build import cache_folder

_KEPT_TRACES = 20


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """This session's alone; gone at its end, and at the next one's start if it was killed."""
    sessions = cache_folder() / "sessions"
    sessions.mkdir(parents=True, exist_ok=True)
    _sweep(sessions)
    folder = sessions / f"{os.getpid()}-{time.time_ns():x}"
    lock = folder.with_suffix(".lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink()


def _sweep(sessions: Path) -> None:
    for lock in sessions.glob("*.lock"):
        with lock.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # that session is still at work
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)


def trace_folder() -> Path:
    """A new folder for what a failure left; the oldest of many are removed."""
    traces = cache_folder() / "traces"
    traces.mkdir(parents=True, exist_ok=True)
    for old in sorted(traces.iterdir())[: -_KEPT_TRACES + 1]:
        shutil.rmtree(old, ignore_errors=True)
    folder = traces / f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1_000_000:06d}"
    folder.mkdir()
    return folder
