"""Editors that are confined: they see this user's files, but start none of the machine's programs.

Krita's Flatpak has ``--filesystem=host`` and ``--share=network``, no right to talk to the host, and
process numbers of its own; a Snap has a home folder of its own as well.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

FLATPAK_INFO = Path("/.flatpak-info")


def is_confined(environment: Mapping[str, str], flatpak_info: Path = FLATPAK_INFO) -> bool:
    """Whether a backend has to be started from outside, and its process cannot be seen."""
    return flatpak_info.exists() or "SNAP_NAME" in environment


def command_outside(command: Sequence[str] | None, directory: Path) -> str:
    """What to type in a terminal so that this editor finds a backend."""
    words = [*(command or ("velatura", "serve")), "--stay", "--data-dir", str(directory)]
    return shlex.join(words)
