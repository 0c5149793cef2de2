"""Removes what Velatura keeps of a user: models, results, journal, settings, logs, kernels."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path

from installer import lock
from installer.locations import Checkout
from installer.trouble import Trouble

OURS = (
    "backend.lock",
    "backend*.log*",
    "ballast",
    "blobs",
    "blobs.damaged-*",
    "editors.json",
    "exchange",
    "gimp-plugin.log*",
    "incoming",
    "install.json",
    "journal.sqlite3*",
    "krita-plugin.log*",
    "models",
    "owner_secret",
    "plugin.broken.json",
    "plugin.json",
    "runtime.json",
    "token",
    "work",
)
"""What Velatura makes in its data folder. The folder may be any that the user chose, the home
folder even: nothing but these is removed."""


def data(folder: Path) -> list[Path]:
    """Remove Velatura's files, and the folder itself if nothing is left; returns what went.

    :raises Trouble: a backend is at work in it
    """
    refuse_if_in_use(folder)
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    present = [entry for entry in entries if any(fnmatch(entry.name, name) for name in OURS)]
    for entry in present:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if entries == present and folder.is_dir():
        folder.rmdir()
    return present


def kernels(checkout: Checkout, cache: Path) -> None:
    """Remove this checkout's compiled kernels; those of other checkouts stay.

    numba names a folder of kernels after the sources' folder and the SHA-1 of its path.
    """
    for source in {file.parent for file in checkout.kernels.rglob("*.py")}:
        name = f"{source.name}_{hashlib.sha1(os.fsencode(source)).hexdigest()}"
        shutil.rmtree(cache / "numba" / name, ignore_errors=True)
    for folder in (cache / "numba", cache):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def refuse_if_in_use(folder: Path) -> None:
    """:raises Trouble: a backend holds the folder's lock"""
    held = folder / "backend.lock"
    if sys.platform == "win32" or not held.exists():
        return  # Windows refuses by itself to delete what a process has open
    with held.open() as handle:
        if not lock.take(handle):
            raise Trouble(
                f"A backend (process {handle.read().strip() or 'unknown'}) is at work in {folder}",
                "Close Krita and GIMP, stop `velatura serve`, and run the command again.",
            )
