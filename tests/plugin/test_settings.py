from __future__ import annotations

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from velatura_plugin.settings import OwnSettings, Settings, SettingsStore, data_directory


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "config")


def test_defaults_without_a_file(store: SettingsStore) -> None:
    assert store.load() == Settings()
    assert not store.path.exists()


def test_there_and_back(store: SettingsStore) -> None:
    settings = Settings(
        server_url="wss://x/",
        variations=5,
        previews=False,
        remembered={"engine": "builtin_fill"},
        prompts=["red velvet"],
    ).with_identity()
    store.save(settings)
    assert store.load() == settings
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600, "the client's secret is in there"
    assert [each.name for each in store.path.parent.iterdir()] == ["plugin.json"]


def test_the_identity_is_made_once(store: SettingsStore) -> None:
    first = store.load_with_identity()
    assert len(first.client_id) == 32
    assert len(first.client_secret) >= 40
    assert store.load_with_identity() == first
    assert Settings().with_identity() != Settings().with_identity()


def test_two_editors_keep_what_either_has_set(store: SettingsStore) -> None:
    """Both write all there is; what one of them has not changed is the other's business."""
    other = SettingsStore(store.path.parent)
    mine, theirs = store.load_with_identity(), other.load_with_identity()
    mine = replace(mine, server_url="wss://x/", remembered={"engine": "a", "task": "fill"})
    store.save(mine)
    theirs = replace(theirs, variations=5, remembered={"seed": "7", "task": "remove"})
    other.save(theirs)
    assert SettingsStore(store.path.parent).load() == replace(
        mine, variations=5, remembered={"engine": "a", "task": "remove", "seed": "7"}
    )
    other.save(replace(theirs, prompts=["red"]))
    store.save(replace(mine, server_url="", remembered={"task": "fill"}))
    left = SettingsStore(store.path.parent).load()
    assert (left.server_url, left.variations, left.prompts) == ("", 5, ["red"])
    assert left.remembered == {"task": "remove", "seed": "7"}


def test_an_editor_may_have_settings_of_its_own(store: SettingsStore) -> None:
    own = OwnSettings("gimp", {"canvas_previews": False})
    gimp = SettingsStore(store.path.parent, own)
    assert gimp.load() == Settings(canvas_previews=False)
    assert store.load().canvas_previews
    gimp.save(replace(gimp.load(), variations=5))
    assert store.load() == Settings(variations=5, unknown={"gimp:canvas_previews": False})
    gimp.save(replace(gimp.load(), canvas_previews=True))
    store.save(replace(store.load(), canvas_previews=False))
    assert SettingsStore(store.path.parent, own).load().canvas_previews
    assert not SettingsStore(store.path.parent).load().canvas_previews


def test_what_a_newer_version_wrote_is_kept(store: SettingsStore) -> None:
    store.save(Settings())
    stored = json.loads(store.path.read_text()) | {"shiny": [1, 2], "variations": 4}
    store.path.write_text(json.dumps(stored))
    settings = store.load()
    assert settings.variations == 4
    store.save(replace(settings, variations=2))
    assert json.loads(store.path.read_text())["shiny"] == [1, 2]
    assert store.load().variations == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("variations", "3"),
        ("variations", True),
        ("variations", 2.5),
        ("previews", 1),
        ("prompts", "red"),
        ("prompts", ["red", 1]),
        ("previews_per_second", "4"),
        ("server_url", None),
        ("remembered", ["a"]),
        ("remembered", {"a": 1}),
    ],
)
def test_a_value_of_another_type_is_the_default(
    store: SettingsStore, name: str, value: object
) -> None:
    store.save(Settings())
    store.path.write_text(json.dumps({name: value, "language": "de"}))
    assert store.load() == Settings(language="de")


def test_a_whole_number_is_a_float_too(store: SettingsStore) -> None:
    store.save(Settings())
    store.path.write_text('{"previews_per_second": 2}')
    assert store.load().previews_per_second == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_broken_file_is_moved_aside(store: SettingsStore, content: bytes) -> None:
    store.save(Settings())
    store.path.write_bytes(content)
    assert store.load() == Settings()
    assert not store.path.exists()
    assert store.path.with_suffix(".broken.json").read_bytes() == content


def test_a_failed_save_leaves_the_old_file(store: SettingsStore) -> None:
    store.save(Settings(variations=2))
    with pytest.raises(TypeError):
        store.save(Settings(unknown={"x": object()}))
    assert store.load().variations == 2
    assert [each.name for each in store.path.parent.iterdir()] == ["plugin.json"]


def test_no_previews_is_none_a_second() -> None:
    assert Settings(previews=False).preview_rate == 0.0
    assert Settings(previews_per_second=2.0).preview_rate == 2.0


@pytest.mark.parametrize(
    ("platform", "ending"),
    [
        ("linux", ".local/share/velatura"),
        ("darwin", "Library/Application Support/Velatura"),
        ("win32", "Local/Velatura"),
    ],
)
def test_the_data_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, ending: str
) -> None:
    monkeypatch.delenv("VELATURA_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    monkeypatch.setattr(sys, "platform", platform)
    assert data_directory() == tmp_path / ending
    monkeypatch.setenv("VELATURA_DATA_DIR", "/chosen")
    assert data_directory() == Path("/chosen")
