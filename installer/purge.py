"""Removes what Velatura keeps of a user: models, results, journal, settings, logs."""

from __future__ import annotations

import shutil
from pathlib import Path

OURS = (
    "install.json",
    "runtime.json",
    "token",
    "backend.lock",
    "client.json",
    "settings.json",
    "journal.sqlite",
    "journal.sqlite-shm",
    "journal.sqlite-wal",
    "blobs",
    "results",
    "models",
    "logs",
)
"""The names that Velatura makes in its data folder. The folder may be any that the user chose, the
home folder even: nothing but these is removed."""


def purge(folder: Path) -> list[Path]:
    """Remove Velatura's files, and the folder itself if nothing is left; returns what went."""
    present = [folder / name for name in OURS if (folder / name).exists()]
    for item in present:
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        else:
            item.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    return present
