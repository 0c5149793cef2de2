from __future__ import annotations

from pathlib import Path

import pytest

from installer.gimp_profiles import GimpProfile, find
from installer.krita_profiles import Machine


def machine(system: str, home: Path, **environment: str) -> Machine:
    return Machine(system, home, environment)


@pytest.mark.parametrize(
    ("system", "environment", "folder", "kind", "is_confined"),
    [
        ("linux", {}, ".config/GIMP/3.0", "native or AppImage", False),
        ("linux", {}, ".var/app/org.gimp.GIMP/config/GIMP/3.2", "Flatpak", True),
        ("linux", {}, "snap/gimp/current/.config/GIMP/3.2", "Snap", True),
        ("linux", {}, "snap/gimp/current/GIMP/3.2", "Snap", True),
        ("win32", {}, "AppData/Roaming/GIMP/3.0", "native", False),
        ("darwin", {}, "Library/Application Support/GIMP/3.2", "native", True),
    ],
)
def test_each_kind_is_found(
    tmp_path: Path,
    system: str,
    environment: dict[str, str],
    folder: str,
    kind: str,
    is_confined: bool,
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    found = find(machine(system, tmp_path, **environment))
    assert found == (GimpProfile(kind, tmp_path / folder, is_confined),)


def test_versions_that_are_not_3_are_left_alone(tmp_path: Path) -> None:
    for name in ("2.10", "3.0", "3.2", "3.10", "4.0", "3.x"):
        (tmp_path / ".config/GIMP" / name).mkdir(parents=True)
    (tmp_path / ".config/GIMP/3.4").touch()
    found = find(machine("linux", tmp_path))
    assert [each.version for each in found] == ["3.0", "3.2", "3.10"]


def test_xdg_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere/GIMP/3.0").mkdir(parents=True)
    found = find(machine("linux", tmp_path, XDG_CONFIG_HOME=str(tmp_path / "elsewhere")))
    assert [each.plugins for each in found] == [tmp_path / "elsewhere/GIMP/3.0/plug-ins"]


def test_nothing_is_found_in_an_empty_home(tmp_path: Path) -> None:
    assert find(machine("linux", tmp_path)) == ()
