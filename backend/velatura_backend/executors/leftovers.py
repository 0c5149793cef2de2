"""Names of the files a worker writes, and clearing up after one that died."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from pathlib import Path


def new_path(folder: Path) -> Path:
    """A random name that tells which process wrote it."""
    return folder / f"{_prefix(os.getpid())}{secrets.token_hex(16)}"


def remove_leftovers(folder: Path, pid: int | None, announced: Collection[Path]) -> None:
    """Deletes what the process wrote and never handed over."""
    for path in folder.glob(f"{_prefix(pid)}*"):
        if path not in announced:
            path.unlink(missing_ok=True)


def _prefix(pid: int | None) -> str:
    return f"w{pid}-"
