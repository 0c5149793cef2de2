"""Where Krita keeps a user's plug-ins and settings, however it was installed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from installer import kritarc

_FLATPAK = "org.kde.krita"


@dataclass(frozen=True)
class Machine:
    """What decides where a user's files are. ``system`` is a value of ``sys.platform``."""

    system: str
    home: Path
    environment: Mapping[str, str]

    def folder(self, variable: str, *usual: str) -> Path:
        """What the environment says, else what is usual in the home folder."""
        said = self.environment.get(variable, "").strip()
        return Path(said) if Path(said).is_absolute() else self.home.joinpath(*usual)


@dataclass(frozen=True)
class KritaProfile:
    """``resources`` holds ``pykrita`` and ``actions``; ``settings`` is the file ``kritarc``.

    ``is_confined``: this Krita cannot start programs of the machine, a backend among them.
    """

    kind: str
    resources: Path
    settings: Path
    is_confined: bool = False


def this_machine() -> Machine:
    return Machine(sys.platform, Path.home(), os.environ)


def find(machine: Machine) -> tuple[KritaProfile, ...]:
    """Of every Krita that has been started here, or that could be."""
    present = (profile for profile, seen in _candidates(machine) if seen)
    return tuple(map(_where_the_user_wants_it, present))


def _candidates(machine: Machine) -> Iterator[tuple[KritaProfile, bool]]:
    """Profile, and whether there is a sign of it."""
    native = _native(machine)
    program = shutil.which("krita", path=machine.environment.get("PATH", ""))
    yield native, _exists(native) or bool(program)
    if machine.system == "win32":
        yield from ((store, True) for store in _store(machine))
    elif machine.system != "darwin":
        flatpak, snap = _flatpak(machine), _snap(machine)
        yield flatpak, _exists(flatpak) or any(app.exists() for app in _flatpak_apps(machine))
        yield snap, _exists(snap)


def _native(machine: Machine) -> KritaProfile:
    if machine.system == "darwin":
        library = machine.home / "Library"
        resources = library / "Application Support" / "krita"
        return KritaProfile("native", resources, library / "Preferences" / "kritarc")
    if machine.system == "win32":
        resources = machine.folder("APPDATA", "AppData", "Roaming") / "krita"
        settings = machine.folder("LOCALAPPDATA", "AppData", "Local") / "kritarc"
        return KritaProfile("native", resources, settings)
    resources = machine.folder("XDG_DATA_HOME", ".local", "share") / "krita"
    settings = machine.folder("XDG_CONFIG_HOME", ".config") / "kritarc"
    return KritaProfile("native or AppImage", resources, settings)


def _flatpak(machine: Machine) -> KritaProfile:
    own = machine.home / ".var" / "app" / _FLATPAK
    return KritaProfile("Flatpak", own / "data/krita", own / "config/kritarc", is_confined=True)


def _flatpak_apps(machine: Machine) -> Iterator[Path]:
    """Where Flatpak has it once it is installed, for this user or for all."""
    yield machine.folder("FLATPAK_USER_DIR", ".local/share/flatpak") / "app" / _FLATPAK
    yield machine.folder("FLATPAK_SYSTEM_DIR", "/var/lib/flatpak") / "app" / _FLATPAK


def _snap(machine: Machine) -> KritaProfile:
    own = machine.home / "snap" / "krita" / "current"
    resources, settings = own / ".local/share/krita", own / ".config/kritarc"
    return KritaProfile("Snap", resources, settings, is_confined=True)


def _store(machine: Machine) -> Iterator[KritaProfile]:
    """Windows gives a program of its store folders of its own, in the place of the usual ones."""
    packages = machine.folder("LOCALAPPDATA", "AppData", "Local") / "Packages"
    for package in sorted(packages.glob("*Krita_*")):
        cache = package / "LocalCache"
        yield KritaProfile("Microsoft Store", cache / "Roaming/krita", cache / "Local/kritarc")


def _exists(profile: KritaProfile) -> bool:
    return profile.resources.is_dir() or profile.settings.is_file()


def _where_the_user_wants_it(profile: KritaProfile) -> KritaProfile:
    """Krita's settings can name another resource folder; plug-ins are looked for there, then."""
    try:
        chosen = kritarc.resource_folder(profile.settings.read_bytes())
    except OSError:
        return profile
    if not chosen or not Path(chosen).is_dir():
        return profile
    return replace(profile, resources=Path(chosen))
