from __future__ import annotations

from pathlib import Path

import pytest

from installer.krita_profiles import Machine, find


def machine(home: Path, system: str, **environment: str) -> Machine:
    nowhere = str(home / "nowhere")
    return Machine(system, home, {"PATH": "", "FLATPAK_SYSTEM_DIR": nowhere} | environment)


TABLE = [
    # system, environment ({} is the home folder), what is there, kind, resources, kritarc
    ("linux", {}, ".local/share/krita/", "native or AppImage",
     ".local/share/krita", ".config/kritarc"),
    ("linux", {}, ".config/kritarc", "native or AppImage",
     ".local/share/krita", ".config/kritarc"),
    ("linux", {"XDG_DATA_HOME": "{}/d", "XDG_CONFIG_HOME": "{}/c"}, "c/kritarc",
     "native or AppImage", "d/krita", "c/kritarc"),
    ("linux", {"XDG_DATA_HOME": "relative"}, ".local/share/krita/", "native or AppImage",
     ".local/share/krita", ".config/kritarc"),
    ("freebsd14", {}, ".local/share/krita/", "native or AppImage",
     ".local/share/krita", ".config/kritarc"),
    ("linux", {"PATH": "{}/bin"}, "bin/krita", "native or AppImage",
     ".local/share/krita", ".config/kritarc"),
    ("linux", {"XDG_DATA_HOME": "{}/d"}, ".var/app/org.kde.krita/data/krita/", "Flatpak",
     ".var/app/org.kde.krita/data/krita", ".var/app/org.kde.krita/config/kritarc"),
    ("linux", {}, ".local/share/flatpak/app/org.kde.krita/", "Flatpak",
     ".var/app/org.kde.krita/data/krita", ".var/app/org.kde.krita/config/kritarc"),
    ("linux", {"FLATPAK_SYSTEM_DIR": "{}/all"}, "all/app/org.kde.krita/", "Flatpak",
     ".var/app/org.kde.krita/data/krita", ".var/app/org.kde.krita/config/kritarc"),
    ("linux", {}, "snap/krita/current/.config/kritarc", "Snap",
     "snap/krita/current/.local/share/krita", "snap/krita/current/.config/kritarc"),
    ("win32", {"APPDATA": "{}/R", "LOCALAPPDATA": "{}/L"}, "R/krita/", "native",
     "R/krita", "L/kritarc"),
    ("win32", {}, "AppData/Local/kritarc", "native",
     "AppData/Roaming/krita", "AppData/Local/kritarc"),
    ("win32", {"LOCALAPPDATA": "{}/L"}, "L/Packages/49800Krita_abc/LocalCache/", "Microsoft Store",
     "L/Packages/49800Krita_abc/LocalCache/Roaming/krita",
     "L/Packages/49800Krita_abc/LocalCache/Local/kritarc"),
    ("darwin", {"XDG_DATA_HOME": "{}/d"}, "Library/Preferences/kritarc", "native",
     "Library/Application Support/krita", "Library/Preferences/kritarc"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "environment", "there", "kind", "resources", "rc"), TABLE)
def test_each_krita_has_its_folders(
    tmp_path: Path, system: str, environment: dict[str, str], there: str,
    kind: str, resources: str, rc: str,
) -> None:  # fmt: skip
    make(tmp_path / there, is_folder=there.endswith("/"))
    filled = {name: value.format(tmp_path) for name, value in environment.items()}
    (found,) = find(machine(tmp_path, system, **filled))
    assert found.kind == kind
    assert found.resources == tmp_path / resources
    assert found.settings == tmp_path / rc
    assert found.is_confined == (kind in ("Flatpak", "Snap"))


def make(path: Path, *, is_folder: bool) -> None:
    if is_folder:
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_a_home_without_krita(tmp_path: Path, system: str) -> None:
    assert find(machine(tmp_path, system)) == ()


def test_all_at_once(tmp_path: Path) -> None:
    for folder in (
        ".local/share",
        ".var/app/org.kde.krita/data",
        "snap/krita/current/.local/share",
    ):
        (tmp_path / folder / "krita").mkdir(parents=True)
    kinds = [profile.kind for profile in find(machine(tmp_path, "linux"))]
    assert kinds == ["native or AppImage", "Flatpak", "Snap"]


def test_resources_that_the_user_keeps_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "big disk"
    elsewhere.mkdir()
    settings = tmp_path / ".config/kritarc"
    settings.parent.mkdir()
    settings.write_text(f"ResourceDirectory={elsewhere}\n\n[General]\n")
    (found,) = find(machine(tmp_path, "linux"))
    assert found.resources == elsewhere


def test_resources_on_a_disk_that_is_gone(tmp_path: Path) -> None:
    """Krita falls back to its usual folder as well."""
    settings = tmp_path / ".config/kritarc"
    settings.parent.mkdir()
    settings.write_text(f"ResourceDirectory={tmp_path / 'gone'}\n")
    (found,) = find(machine(tmp_path, "linux"))
    assert found.resources == tmp_path / ".local/share/krita"
