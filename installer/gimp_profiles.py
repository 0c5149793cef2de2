"""Where GIMP 3 keeps a user's plug-ins, however it was installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from installer.krita_profiles import Machine

_FLATPAK = "org.gimp.GIMP"
_VERSION = re.compile(r"3\.\d+")


@dataclass(frozen=True)
class GimpProfile:
    """``folder``: GIMP's own for one of its versions, such as ``~/.config/GIMP/3.0``.

    ``is_confined``: this GIMP cannot start programs of the machine, a backend among them.
    """

    kind: str
    folder: Path
    is_confined: bool = False

    @property
    def version(self) -> str:
        return self.folder.name

    @property
    def plugins(self) -> Path:
        return self.folder / "plug-ins"


def find(machine: Machine) -> tuple[GimpProfile, ...]:
    """Of every GIMP 3 that has been started here: a version's folder is made at its first start."""
    return tuple(
        GimpProfile(kind, folder, is_confined)
        for kind, parent, is_confined in _parents(machine)
        for folder in _versions(parent)
    )


def _versions(parent: Path) -> list[Path]:
    """The older first."""
    found = [each for each in parent.glob("3.*") if _VERSION.fullmatch(each.name)]
    return sorted((each for each in found if each.is_dir()), key=lambda each: int(each.name[2:]))


def _parents(machine: Machine) -> Iterator[tuple[str, Path, bool]]:
    home = machine.home
    if machine.system == "win32":
        yield "native", machine.folder("APPDATA", "AppData", "Roaming") / "GIMP", False
    elif machine.system == "darwin":
        # The Python of the official builds may be started by GIMP only, and starts nothing itself.
        yield "native", home / "Library/Application Support/GIMP", True
    else:
        config = machine.folder("XDG_CONFIG_HOME", ".config")
        yield "native or AppImage", config / "GIMP", False
        yield "Flatpak", home / ".var/app" / _FLATPAK / "config/GIMP", True
        snap = home / "snap/gimp/current"
        yield "Snap", snap / ".config/GIMP", True
        yield "Snap", snap / "GIMP", True
