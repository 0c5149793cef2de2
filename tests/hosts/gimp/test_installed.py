"""What the installer puts into a profile is known to the real GIMP, which is asked."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from installer import gimp_plugin
from installer.gimp_plugin import install
from installer.krita_plugin import Place
from installer.krita_profiles import Machine
from installer.locations import this_checkout
from installer.report import Report
from tests.hosts.gimp.editor import Gimp
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.session import PLAIN


@pytest.fixture
def home(gimp: Gimp) -> Path:
    """Of a user who has started this GIMP, and others side by side with it: an older one and one
    from a Flatpak."""
    home = gimp.folder / "user"
    shutil.rmtree(home, ignore_errors=True)
    series = gimp.version.rpartition(".")[0]
    for folder in (".config/GIMP/2.10", f".config/GIMP/{series}", ".config/GIMP/3.98"):
        (home / folder).mkdir(parents=True)
    (home / f".var/app/org.gimp.GIMP/config/GIMP/{series}").mkdir(parents=True)
    console = home / f"bin/gimp-console-{series}"
    console.parent.mkdir()
    variables = {**PLAIN, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    entered = chroot_command(gimp.root.folder, ["gimp-console"], variables, [gimp.folder])
    console.write_text(f'#!/bin/sh\nexec {shlex.join(entered)} "$@"\n')
    console.chmod(0o755)
    return home


@pytest.mark.host
@pytest.mark.timeout(240)
def test_gimp_knows_what_was_installed(
    gimp: Gimp, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series = gimp.version.rpartition(".")[0]
    machine = Machine("linux", home, {"PATH": str(home / "bin")})
    place = Place(this_checkout(), machine, home / "data", Report())
    install(place)
    said = capsys.readouterr().out
    assert f"GIMP {series} was asked and knows the plug-in" in said
    assert "3.98 was asked" not in said, "nobody is there to be asked"
    assert not (home / ".config/GIMP/2.10/plug-ins").exists()
    started = home / f".config/GIMP/{series}/plug-ins/velatura/velatura.py"
    assert os.access(started, os.X_OK)
    shutil.rmtree(started.parent)
    assert list(gimp_plugin._answers(place)) == [(series, False)]
