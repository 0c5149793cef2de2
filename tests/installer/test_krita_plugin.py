from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from installer import bundle, editor_record, krita_plugin, kritarc
from installer.krita_plugin import Place
from installer.krita_profiles import Machine, find
from installer.locations import Checkout, this_checkout
from installer.placing import Placed
from installer.report import Report
from installer.trouble import Trouble
from tests.installer.snapshots import snapshot

KRITARC = b"[General]\nversion=1\n\n[python]\nenable_other=true\n\n[z]\nlast=2\n"


SMALL: bundle.Contents = {
    PurePosixPath("velatura.desktop"): b"[Desktop Entry]\n",
    PurePosixPath("velatura.action"): b"<ActionCollection/>\n",
    PurePosixPath("velatura/__init__.py"): b"",
    PurePosixPath("velatura/packages/velatura_plugin/app.py"): b"",
    PurePosixPath("velatura", bundle.MANIFEST): b'{"version": "1", "digest": "d1"}',
}


@pytest.fixture(autouse=True)
def small_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real one is laid out by test_verbs_host, and in the real Krita."""
    monkeypatch.setattr(bundle, "krita", lambda checkout: SMALL)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user with three Kritas, one of which has never been started."""
    home = tmp_path / "home"
    (home / ".local/share/krita/pykrita/other").mkdir(parents=True)
    (home / ".local/share/krita/pykrita/other.desktop").write_text("[Desktop Entry]\n")
    (home / ".config").mkdir()
    (home / ".config/kritarc").write_bytes(KRITARC)
    (home / ".config/kritarc").chmod(0o640)
    (home / ".var/app/org.kde.krita/config").mkdir(parents=True)
    (home / ".var/app/org.kde.krita/config/kritarc").touch()
    (home / ".local/share/flatpak/app/org.kde.krita").mkdir(parents=True)
    (home / "snap/krita/current/.config").mkdir(parents=True)
    (home / "snap/krita/current/.config/kritarc").write_bytes(b"[python]\nenable_velatura=false")
    return home


@pytest.fixture
def place(home: Path) -> Place:
    environment = {"PATH": "", "FLATPAK_SYSTEM_DIR": str(home / "nowhere")}
    machine = Machine("linux", home, environment)
    return Place(this_checkout(), machine, home / ".local/share/velatura", Report())


def test_uninstall_leaves_the_home_as_it_was(home: Path, place: Place) -> None:
    place.data.mkdir()
    before = snapshot(home)
    krita_plugin.install(place)
    assert len(snapshot(home)) > len(before) + 3 * len(SMALL)
    krita_plugin.uninstall(place)
    assert snapshot(home) == before


def test_every_krita_has_it_enabled(home: Path, place: Place) -> None:
    krita_plugin.install(place)
    profiles = find(place.machine)
    assert [profile.kind for profile in profiles] == ["native or AppImage", "Flatpak", "Snap"]
    want = bundle.digest_of(bundle.krita(place.checkout))
    for profile in profiles:
        assert Placed(profile.resources).digest() == want
        assert (profile.resources / "actions/velatura.action").is_file()
        assert kritarc.is_enabled(profile.settings.read_bytes())
    kept = (home / ".config/kritarc").read_bytes().replace(b"enable_velatura=true\n", b"")
    assert kept == KRITARC
    assert [line.partition(":")[0] for line in krita_plugin.status(place)] == [
        profile.kind for profile in profiles
    ]


def test_twice_is_as_once(home: Path, place: Place) -> None:
    before = snapshot(home)
    krita_plugin.install(place)
    once = snapshot(home)
    krita_plugin.install(place)
    krita_plugin.repair(place)
    krita_plugin.refresh(place)
    assert snapshot(home) == once
    krita_plugin.uninstall(place)
    (home / ".local/share/velatura").rmdir()
    assert snapshot(home) == before


def test_an_older_version_is_replaced_everywhere(home: Path, place: Place) -> None:
    krita_plugin.install(place)
    want = snapshot(home)
    for profile in find(place.machine):
        package = Placed(profile.resources).package
        (package / bundle.MANIFEST).write_text('{"version": "0.0.1", "digest": "old"}')
        (package / "packages/velatura_plugin/of_old.py").touch()
    assert all("version 0.0.1, differs" in line for line in krita_plugin.status(place))
    krita_plugin.refresh(place)
    assert snapshot(home) == want


def test_who_has_disabled_it_keeps_it_disabled_until_asked(home: Path, place: Place) -> None:
    krita_plugin.install(place)
    settings = home / ".config/kritarc"
    disabled = settings.read_bytes().replace(b"enable_velatura=true", b"enable_velatura=false")
    settings.write_bytes(disabled)
    (Placed(home / ".local/share/krita").package / bundle.MANIFEST).write_text("{}")
    krita_plugin.refresh(place)
    assert settings.read_bytes() == disabled
    krita_plugin.install(place)
    assert kritarc.is_enabled(settings.read_bytes())
    krita_plugin.uninstall(place)
    assert settings.read_bytes() == KRITARC


def test_what_krita_wrote_meanwhile_stays(home: Path, place: Place) -> None:
    krita_plugin.install(place)
    settings = home / ".var/app/org.kde.krita/config/kritarc"
    settings.write_bytes(b"[new]\na=1\n\n" + settings.read_bytes() + b"\n[zoo]\nb=2\n")
    created = home / ".var/app/org.kde.krita/data/krita/resourcecache.sqlite"
    created.touch()
    krita_plugin.uninstall(place)
    assert settings.read_bytes() == b"[new]\na=1\n\n[zoo]\nb=2\n"
    assert created.exists()
    assert not (created.parent / "pykrita").exists()


def test_settings_behind_a_link_stay_a_link(home: Path, place: Place) -> None:
    """Dotfiles in a repository of the user's."""
    kept = home / "dotfiles/kritarc"
    kept.parent.mkdir()
    (home / ".config/kritarc").rename(kept)
    (home / ".config/kritarc").symlink_to(kept)
    krita_plugin.install(place)
    assert (home / ".config/kritarc").is_symlink()
    assert kritarc.is_enabled(kept.read_bytes())
    krita_plugin.uninstall(place)
    assert (home / ".config/kritarc").is_symlink()
    assert kept.read_bytes() == KRITARC


def test_two_kritas_with_one_resource_folder_have_both_their_settings_back(
    home: Path, place: Place
) -> None:
    shared = home / "Bilder von Jörg/Krita Ressourcen"
    shared.mkdir(parents=True)
    chosen = f"ResourceDirectory={shared}\n".encode()
    for name in (".config/kritarc", ".var/app/org.kde.krita/config/kritarc"):
        (home / name).write_bytes(chosen + KRITARC)
    place.data.mkdir()
    before = snapshot(home)
    krita_plugin.install(place)
    krita_plugin.install(place)
    assert Placed(shared).version()
    krita_plugin.uninstall(place)
    assert snapshot(home) == before


def test_a_profile_that_is_a_link_stays_one(home: Path, place: Place) -> None:
    """Resources on another disk."""
    kept, linked = home / "big disk/krita", home / ".local/share/krita"
    kept.parent.mkdir()
    linked.rename(kept)
    linked.symlink_to(kept)
    place.data.mkdir()
    before = snapshot(home)
    krita_plugin.install(place)
    assert Placed(kept).version()
    krita_plugin.uninstall(place)
    assert snapshot(home) == before
    assert linked.is_symlink()


def test_settings_that_cannot_be_read_are_told_of(home: Path, place: Place) -> None:
    krita_plugin.install(place)
    (home / ".config/kritarc").unlink()
    (home / ".config/kritarc").mkdir()
    with pytest.raises(Trouble, match="kritarc") as caught:
        krita_plugin.install(place)
    assert "\n" not in str(caught.value)
    assert "not enabled" in next(iter(krita_plugin.status(place)))


def test_settings_that_cannot_be_written_are_named_by_the_name_users_know(
    home: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def write_unless_settings(path: Path, data: bytes) -> int:
        if path.name.startswith("kritarc"):
            raise PermissionError(13, "Permission denied", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_unless_settings)
    with pytest.raises(Trouble) as caught:
        krita_plugin.install(place)
    assert f"{home}/.config/kritarc (Permission denied)" in caught.value.problem


class Interrupted(BaseException):
    """Ctrl-C, or the power."""


@pytest.mark.parametrize(
    "victim", ["installer.placing.Placed.put", "installer.krita_plugin._write_settings"]
)
@pytest.mark.parametrize("calls", [0, 1, 2])
def test_interrupted_it_can_be_taken_back_and_done_again(
    home: Path, place: Place, monkeypatch: pytest.MonkeyPatch, victim: str, calls: int
) -> None:
    place.data.mkdir()
    before = snapshot(home)
    for finish in (krita_plugin.uninstall, krita_plugin.install):
        with monkeypatch.context() as patch:
            interrupt(patch, victim, calls)
            with pytest.raises(Interrupted):
                krita_plugin.install(place)
        finish(place)
        krita_plugin.uninstall(place)
        assert snapshot(home) == before


def interrupt(patch: pytest.MonkeyPatch, victim: str, calls: int) -> None:
    module, _, name = victim.rpartition(".")
    owner = Placed if "Placed" in module else krita_plugin
    original, left = getattr(owner, name), [calls]

    def call(*given):
        left[0] -= 1
        if left[0] < 0:
            raise Interrupted
        return original(*given)

    patch.setattr(owner, name, call)


def test_another_checkouts_plugin_is_taken_over_and_given_back_by_neither(
    home: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.data.mkdir()
    before = snapshot(home)
    krita_plugin.install(place)
    elsewhere = replace(place, checkout=Checkout(home / "other"))
    krita_plugin.uninstall(elsewhere)
    assert "has a plug-in from elsewhere" in capsys.readouterr().out
    entries = editor_record.read(place.data)
    other = home.with_name("other")
    other.mkdir()
    foreign = tuple(replace(entry, checkout=str(other)) for entry in entries)
    editor_record.write(place.data, foreign)
    krita_plugin.refresh(place)  # not ours: left alone
    krita_plugin.install(place)  # asked for: ours from now on
    krita_plugin.uninstall(place)
    assert snapshot(home) == before


def test_a_checkout_that_was_moved_knows_its_plugins_again(home: Path, place: Place) -> None:
    place.data.mkdir()
    before = snapshot(home)
    krita_plugin.install(place)
    entries = editor_record.read(place.data)
    moved = tuple(replace(entry, checkout="/no longer/there") for entry in entries)
    editor_record.write(place.data, moved)
    krita_plugin.uninstall(place)
    assert snapshot(home) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_profile_that_may_not_be_written(home: Path, place: Place) -> None:
    (home / ".local/share/krita/pykrita").chmod(0o500)
    with pytest.raises(Trouble, match="cannot be written to"):
        krita_plugin.install(place)


def test_one_profile_that_fails_does_not_keep_the_others_from_it(home: Path, place: Place) -> None:
    (home / ".local/share/krita/actions").touch()  # a file where a folder has to be
    with pytest.raises(Trouble, match="actions") as caught:
        krita_plugin.install(place)
    assert "run the command again" in caught.value.remedy
    assert Placed(home / ".var/app/org.kde.krita/data/krita").version()
    (home / ".local/share/krita/actions").unlink()
    krita_plugin.install(place)
    assert Placed(home / ".local/share/krita").version()


def test_no_krita_no_change_but_a_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bundle, "write", lambda checkout: tmp_path / "dist/v.zip")
    machine = Machine("linux", tmp_path / "home", {"PATH": "", "FLATPAK_SYSTEM_DIR": "/none"})
    place = Place(this_checkout(), machine, tmp_path / "data", Report())
    krita_plugin.install(place)
    output = capsys.readouterr().out
    assert "no Krita profile was found" in output
    assert str(tmp_path / "dist/v.zip") in output
    assert "Tools > Scripts > Import Python Plugin From File" in output
    assert list(tmp_path.iterdir()) == []
    (line,) = krita_plugin.status(place)
    assert "no profile found" in line


def test_confined_kritas_are_told_of(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    krita_plugin.install(place)
    output = capsys.readouterr().out
    assert "a Flatpak starts no backend: see docs/install.md" in output
    assert "a Snap starts no backend" in output


def test_an_open_krita_is_told_of(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for running in (False, True):
        monkeypatch.setattr(krita_plugin, "is_running", lambda name, running=running: running)
        krita_plugin.install(place)
        assert ("Krita is running" in capsys.readouterr().out) is running
