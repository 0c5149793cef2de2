"""The installer's plug-in, and the zip that a user imports, in the real Krita."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from installer import bundle, krita_plugin, kritarc
from installer.krita_plugin import Place
from installer.krita_profiles import Machine, find
from installer.locations import this_checkout
from installer.placing import Placed
from installer.report import Report
from tests.hosts.krita.editor import TREE, Editor
from tests.hosts.krita.profile import DRIVER, Profile, warm_profile
from tests.installer.test_krita_plugin import snapshot

IMPORT = """
import builtins, runpy
builtins.i18n = str  # Krita's own, and all that the importer asks of it
runpy.run_path("/usr/share/krita/pykrita/plugin_importer/plugin_importer.py", run_name="__main__")
"""
NATIVE = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")


@pytest.fixture
def installed(krita: Editor, tmp_path_factory: pytest.TempPathFactory) -> Editor:
    """A profile with the driver and without the plug-in, as Krita itself has left it."""
    folder = krita.profile.with_name(tmp_path_factory.mktemp("profile").name)
    profile = warm_profile(krita.session, folder)
    put_driver(profile)
    return Editor(krita.session, profile.folder)


def put_driver(profile: Profile) -> None:
    shutil.copytree(DRIVER / "velatura_driver", profile.scripts / "velatura_driver", ignore=NATIVE)
    shutil.copy(DRIVER / "velatura_driver.desktop", profile.scripts)


def place_of(editor: Editor) -> Place:
    """The machine as a run of this editor sees it."""
    home = editor.profile
    environment = {
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "FLATPAK_SYSTEM_DIR": str(home / "nowhere"),
    }
    machine = Machine("linux", home, environment)
    return Place(this_checkout(), machine, home / ".local/share/velatura", Report())


def look(editor: Editor) -> dict[str, object]:
    return editor.drive("tests.hosts.krita.inside.installed", path=[TREE]).notes


@pytest.mark.host
@pytest.mark.timeout(300)
def test_krita_loads_what_was_installed_and_nothing_once_it_is_uninstalled(
    installed: Editor,
) -> None:
    place = place_of(installed)
    (profile,) = find(place.machine)
    before = snapshot(profile.resources / "pykrita")
    krita_plugin.install(place)

    seen = look(installed)
    packages = profile.resources / "pykrita/velatura/packages"
    assert seen["action"] == "Velatura: Remove Selected"
    assert "Remove Selected" in seen["menu"]
    assert seen["enabled"] == "true"
    assert seen["path"] == [str(packages)]
    assert seen["foreign"] == []
    assert seen["files"] == {
        name: str(packages / name / "__init__.py")
        for name in ("velatura_plugin", "velatura_protocol")
    }
    assert kritarc.is_enabled(profile.settings.read_bytes())  # Krita has written it by now

    krita_plugin.uninstall(place)
    assert snapshot(profile.resources / "pykrita") == before
    assert b"velatura=" not in profile.settings.read_bytes()
    seen = look(installed)
    assert not seen["action"]
    assert seen["path"] == seen["foreign"] == []


@pytest.mark.host
@pytest.mark.timeout(300)
def test_resources_that_the_user_keeps_elsewhere(installed: Editor) -> None:
    """Krita looks for plug-ins there, and only there."""
    elsewhere = installed.profile / "elsewhere"
    (installed.profile / "data/krita").rename(elsewhere)
    settings = installed.profile / "config/kritarc"
    settings.write_text(f"ResourceDirectory={elsewhere}\n{settings.read_text()}")
    krita_plugin.install(place_of(installed))
    seen = look(installed)
    assert seen["action"]
    assert seen["resources"] == str(elsewhere)
    assert seen["path"] == [str(elsewhere / "pykrita/velatura/packages")]


@pytest.mark.host
@pytest.mark.timeout(300)
def test_kritas_own_importer_lays_the_zip_out_as_the_installer_does(
    krita: Editor, shared: Path
) -> None:
    folder = shared / f"import-{krita.version}"
    imported, placed = folder / "imported", folder / "placed"
    imported.mkdir(parents=True)
    path = bundle.write(this_checkout(), folder / "velatura.zip")
    log = folder / "log"
    for answer in ("Imported plugin: Velatura", "Overwriting plugin: Velatura"):
        command = ["python3", "-B", "-c", IMPORT, str(path), str(imported)]
        assert krita.session.run(command, {}, log, 60) == 0, log.read_text()
        assert answer in log.read_text()
    Placed(placed).put(bundle.krita(this_checkout()))
    for each in (imported, placed):  # rights are the user's umask's, in both
        assert (each / "pykrita/velatura/__init__.py").exists()
    assert contents(imported) == contents(placed)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
