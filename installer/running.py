"""Whether an editor is open: it reads its settings when it starts, and may write them later."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from installer import processes


def is_running(name: str, proc: Path = Path("/proc")) -> bool:
    """Whether this user has a program of that name open; False where nothing tells."""
    if sys.platform == "win32":
        filters = ["/FI", f"IMAGENAME eq {name}.exe"]
        return f"{name}.exe" in _said(["tasklist", "/NH", *filters]).lower()
    if sys.platform == "darwin":
        return bool(_said(["pgrep", "-xi", "-U", str(os.getuid()), name]).strip())
    return any(_is(process, name) for process in proc.glob("[0-9]*"))


def _is(process: Path, name: str) -> bool:
    try:
        mine = process.stat().st_uid == os.getuid()
        return mine and (process / "comm").read_text().strip() == name
    except OSError:
        return False  # it has ended meanwhile


def _said(command: list[str]) -> str:
    try:
        return processes.run(command, folder=Path.home()).output
    except OSError:
        return ""
