"""The verbs that put the plug-in into editors, on a home and an environment made for the test."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from installer import bundle, environment, krita_profiles, record, verbs
from installer.krita_profiles import Machine
from installer.locations import Checkout, this_checkout
from tests.installer.test_krita_plugin import snapshot


@pytest.fixture
def ready(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A checkout whose environment has what a bundle takes from it, and nothing to install."""
    real = this_checkout()
    shutil.copy(real.root / "LICENSE", checkout.root)
    for folder in ("plugin", "protocol"):
        (checkout.root / folder).symlink_to(real.root / folder)
    (real_site,) = real.environment.glob("lib/python3.*/site-packages")
    site = checkout.environment / real_site.relative_to(real.environment)
    for each in bundle.VENDORED:
        for name in (each.name, f"{each.name}-{bundle.pinned(real, each.name)}.dist-info"):
            shutil.copytree(real_site / name, site / name)
    monkeypatch.setattr(environment, "ensure", lambda *_: False)
    return checkout


@pytest.fixture
def home(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user with one Krita."""
    home = tmp_path / "home"
    (home / ".local/share/krita").mkdir(parents=True)
    (home / ".config").mkdir()
    (home / ".config/kritarc").write_bytes(b"[a]\nb=1\n")
    environment = {"PATH": "", "FLATPAK_SYSTEM_DIR": str(home / "nowhere")}
    machine = Machine("linux", home, environment)
    monkeypatch.setattr(krita_profiles, "this_machine", lambda: machine)
    return home


def test_from_nothing_to_installed_and_back(
    ready: Checkout, home: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(home)
    assert verbs.main(["install", "--host", "krita"], ready) == 0
    assert f"Krita, native or AppImage: {home}" in capsys.readouterr().out
    assert {"install.json", "editors.json"} <= {path.name for path in data.iterdir()}

    verbs.main(["status"], ready)
    assert f"version {record.version(ready)}, enabled, in " in capsys.readouterr().out

    assert verbs.main(["uninstall"], ready) == 0
    assert snapshot(home) == before
    assert not data.exists()


def test_install_without_a_host_brings_editors_up_to_date_and_adds_none(
    ready: Checkout, home: Path
) -> None:
    before = snapshot(home)
    assert verbs.main(["install"], ready) == 0
    assert snapshot(home) == before
    assert verbs.main(["install", "--host", "krita"], ready) == 0
    installed = snapshot(home)
    manifest = home / ".local/share/krita/pykrita/velatura" / bundle.MANIFEST
    manifest.write_text('{"version": "0.0.1", "digest": ""}')
    assert verbs.main(["install"], ready) == 0
    assert snapshot(home) == installed


def test_bundle_builds_the_zip_and_touches_no_profile(
    ready: Checkout, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(home)
    assert verbs.main(["bundle", "--host", "krita"], ready) == 0
    path = ready.root / "dist" / f"velatura-krita-{record.version(ready)}.zip"
    assert f"built {path}" in capsys.readouterr().out
    assert "velatura/__init__.py" in zipfile.ZipFile(path).namelist()
    assert snapshot(home) == before


def test_an_editor_that_is_unknown_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        verbs.main(["install", "--host", "photoshop"])
    assert caught.value.code == 2
    assert "krita" in capsys.readouterr().err
