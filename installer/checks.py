"""What must be true before anything is downloaded; each check names its remedy."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from installer.locations import Checkout
from installer.trouble import Trouble

ROOM = 1_500_000_000
"""Bytes free in the checkout: wheels, the unpacked environment, the numba cache, some air."""

LARGE_ROOM = 4_000_000_000
"""With the diffusion profile and a torch for processors; one for graphics cards takes 8 GB."""


def before_install(checkout: Checkout, *, large: bool = False) -> None:
    """``large``: with the diffusion profile.

    :raises Trouble: this machine cannot take an installation as it is
    """
    writable(checkout.root)
    enough_room(checkout.root, LARGE_ROOM if large else ROOM)
    venv_present()


def writable(folder: Path) -> None:
    probe = folder / f".velatura-{os.getpid()}.probe"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Trouble(
            f"The checkout {folder} cannot be written to ({error.strerror}).",
            "Clone it into a folder of your own, or change its owner.",
        ) from error


def enough_room(folder: Path, needed: int = ROOM) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Trouble(
            f"{folder} has {free / 1e9:.1f} GB free and {needed / 1e9:.1f} GB are needed.",
            "Free some space, or clone the repository onto a larger disk.",
        )


def venv_present(find: Callable[[str], object] = importlib.util.find_spec) -> None:
    """Debian and Ubuntu split venv and ensurepip off into a package of their own."""
    missing = [name for name in ("venv", "ensurepip") if find(name) is None]
    if not missing:
        return
    version = "{}.{}".format(*sys.version_info[:2])
    if Path("/etc/debian_version").exists():
        remedy = f"Run: sudo apt install python{version}-venv"
    else:
        remedy = f"Install the part of Python {version} that holds it, or a Python from python.org."
    raise Trouble(f"This Python has no {' and no '.join(missing)} module.", remedy)
