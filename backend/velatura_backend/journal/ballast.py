"""A little of the disk kept back, so that a full one can still be told about."""

from __future__ import annotations

import os
from pathlib import Path

from velatura_protocol.errors import DiskFull

from ..disk import disk_errors
from ..files import write_private

BALLAST_BYTES = 1024 * 1024


class Ballast:
    """A file that is given up when the end of a job must be recorded and nothing else is free."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "ballast"

    def load(self) -> None:
        """Takes the room, if there is any to take."""
        if self._path.exists():
            return
        try:
            with disk_errors():
                # Random bytes: a file system that packs zeros would keep nothing back.
                write_private(self._path, os.urandom(BALLAST_BYTES))
        except DiskFull:
            return

    def drop(self) -> bool:
        """Gives it up; False if that was done before."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True
