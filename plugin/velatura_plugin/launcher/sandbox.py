"""Editors that are confined: they see this user's files, but start none of the machine's programs.

Krita's Flatpak has ``--filesystem=host`` and ``--share=network``, no right to talk to the host, and
process numbers of its own; a Snap has a home folder of its own as well. macOS lets the Python of
some editors start nothing that is not signed like themselves (GIMP 3.2), and nothing tells so
beforehand.
"""

from __future__ import annotations

import errno
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

FLATPAK_INFO = Path("/.flatpak-info")
_KILLED = 9
"""SIGKILL, which Windows has no name for."""


def is_confined(environment: Mapping[str, str], flatpak_info: Path = FLATPAK_INFO) -> bool:
    """Whether a backend has to be started from outside, and its process cannot be seen."""
    return flatpak_info.exists() or "SNAP_NAME" in environment


def was_forbidden(system: str, *, error: int | None = None, exit_code: int | None = None) -> bool:
    """Whether ``system`` (as in :data:`sys.platform`) has refused a start, by the error number of
    the attempt or by how a process ended that had not said a word: one that violates the launch
    constraints of a signature is killed before its first instruction."""
    return system == "darwin" and (error == errno.EPERM or exit_code == -_KILLED)


def command_outside(command: Sequence[str] | None, directory: Path) -> str:
    """What to type in a terminal so that this editor finds a backend."""
    words = [*(command or ("velatura", "serve")), "--stay", "--data-dir", str(directory)]
    return shlex.join(words)
