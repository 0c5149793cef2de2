from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from installer import gimp_plugin
from installer.gimp_plugin import NAME, install, refresh, repair, status, uninstall
from installer.krita_plugin import Place
from installer.krita_profiles import Machine
from installer.locations import Checkout, this_checkout
from installer.report import Report
from installer.trouble import Trouble
from tests.installer.snapshots import snapshot


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One GIMP with another plug-in, one without any, and one in a Flatpak."""
    home = tmp_path / "home"
    (home / ".config/GIMP/3.0/plug-ins/other").mkdir(parents=True)
    (home / ".config/GIMP/3.0/plug-ins/other/other.py").write_text("other")
    (home / ".config/GIMP/3.2").mkdir()
    (home / ".var/app/org.gimp.GIMP/config/GIMP/3.2/plug-ins").mkdir(parents=True)
    return home


@pytest.fixture
def place(home: Path) -> Place:
    machine = Machine("linux", home, {"PATH": ""})
    return Place(this_checkout(), machine, home / ".local/share/velatura", Report())


def plugin(home: Path, version: str = "3.0") -> Path:
    return home / f".config/GIMP/{version}/plug-ins" / NAME


def test_uninstall_leaves_the_home_as_it_was(home: Path, place: Place) -> None:
    before = snapshot(home)
    install(place)
    assert snapshot(home) != before
    uninstall(place)
    assert snapshot(home) == before


def test_every_gimp_has_it_and_may_start_it(home: Path, place: Place) -> None:
    install(place)
    for version in ("3.0", "3.2"):
        started = plugin(home, version) / "velatura.py"
        assert os.access(started, os.X_OK)
        assert started.read_bytes().startswith(b"#!/usr/bin/env python3\n")
        packages = plugin(home, version) / "packages"
        assert sorted(each.name for each in packages.iterdir()) == [
            "velatura_plugin",
            "velatura_protocol",
        ]
    assert (home / ".config/GIMP/3.0/plug-ins/other/other.py").read_text() == "other"


def test_twice_is_as_once(home: Path, place: Place) -> None:
    install(place)
    once = snapshot(home)
    install(place)
    assert snapshot(home) == once


def test_a_folder_that_was_made_is_taken_away_also_after_twice(home: Path, place: Place) -> None:
    before = snapshot(home)
    install(place)
    install(place)
    uninstall(place)
    assert snapshot(home) == before


def test_an_older_one_is_brought_up_to_date_where_it_is(home: Path, place: Place) -> None:
    install(place)
    uninstall_from = plugin(home, "3.2")
    gimp_plugin._discard(uninstall_from)
    manifest = plugin(home) / "bundle.json"
    current = manifest.read_bytes()
    manifest.write_text(json.dumps({"version": "0.0.1", "digest": "old"}))
    refresh(place)
    assert manifest.read_bytes() == current
    assert not uninstall_from.exists()


def test_repair_writes_it_anew(home: Path, place: Place) -> None:
    install(place)
    (plugin(home) / "velatura.py").write_text("broken")
    repair(place)
    assert b"velatura_plugin" in (plugin(home) / "velatura.py").read_bytes()


def test_what_is_from_elsewhere_stays(home: Path, place: Place, tmp_path: Path) -> None:
    other = tmp_path / "other checkout"
    other.mkdir()
    install(place)
    (plugin(home) / "installed.json").write_text(json.dumps({"checkout": str(other)}))
    uninstall(place)
    assert plugin(home).exists()
    assert not plugin(home, "3.2").exists()


def test_a_link_for_development_is_replaced_and_not_followed(
    home: Path, place: Place, tmp_path: Path
) -> None:
    developed = tmp_path / "developed"
    developed.mkdir()
    (developed / "precious").touch()
    plugin(home).symlink_to(developed)
    install(place)
    assert not plugin(home).is_symlink()
    assert (developed / "precious").exists()


def test_status_tells_of_each(home: Path, place: Place) -> None:
    assert all("not installed" in line for line in status(place))
    install(place)
    lines = list(status(place))
    assert len(lines) == 3
    assert all("version 0." in line and "differs" not in line for line in lines)


def test_without_any_gimp_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Machine("linux", tmp_path, {"PATH": ""})
    place = Place(this_checkout(), machine, tmp_path / "data", Report())
    install(place)
    assert "start GIMP once" in capsys.readouterr().out
    assert list(status(place)) == ["no GIMP 3 profile found"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write all")
def test_a_profile_that_cannot_be_written_to(home: Path, place: Place) -> None:
    (home / ".config/GIMP/3.2").chmod(0o500)
    with pytest.raises(Trouble, match="cannot be written"):
        install(place)
    assert plugin(home).exists()


def _program(home: Path, name: str, *, version: str = "", code: int = 0) -> None:
    path = home / "bin" / name
    path.parent.mkdir(exist_ok=True)
    told = f"GNU Image Manipulation Program version {version}"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{told}" && exit 0\nexit {code}\n')
    path.chmod(0o755)


def _said(home: Path, place: Place, capsys: pytest.CaptureFixture[str]) -> list[str]:
    machine = Machine("linux", home, {"PATH": str(home / "bin")})
    install(Place(Checkout(place.checkout.root), machine, place.data, Report()))
    return [each for each in capsys.readouterr().out.splitlines() if "was asked" in each]


@pytest.mark.parametrize(("code", "said"), [(0, "knows the plug-in"), (64, "does not know")])
def test_gimp_is_asked(
    home: Path, place: Place, capsys: pytest.CaptureFixture[str], code: int, said: str
) -> None:
    _program(home, "gimp-console-3.0", code=code)
    (line,) = _said(home, place, capsys)
    assert "GIMP 3.0 was asked" in line
    assert said in line


def test_each_of_several_is_asked(
    home: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own name, or by the usual one, where that is the version."""
    _program(home, "gimp-console-3.0")
    _program(home, "gimp-console", version="3.2.6", code=64)
    first, second = _said(home, place, capsys)
    assert "GIMP 3.0 was asked and knows" in first
    assert "GIMP 3.2 was asked and does not know" in second


def test_a_gimp_of_another_version_is_not_asked(
    home: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    _program(home, "gimp-console", version="2.10.34")
    assert _said(home, place, capsys) == []
