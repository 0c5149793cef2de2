from __future__ import annotations

import threading
from pathlib import Path

import pytest

from velatura_plugin.settings import Settings, SettingsStore
from velatura_plugin.settings_saver import SettingsSaver
from velatura_protocol.errors import UnwritableFile


class SlowStore(SettingsStore):
    """Writes when it is let."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.may_write = threading.Event()
        self.written: list[int] = []

    def save(self, settings: Settings) -> None:
        self.may_write.wait(5)
        self.written.append(settings.variations)
        super().save(settings)


def test_nobody_waits_and_the_latest_wins(tmp_path: Path) -> None:
    store = SlowStore(tmp_path)
    saver = SettingsSaver(store)
    for number in range(1, 6):
        saver.save(Settings(variations=number))
    store.may_write.set()
    saver.close()
    assert store.load().variations == 5
    assert len(store.written) <= 2, "what is out of date is not written"


def test_a_failure_is_told_with_the_next_save(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    saver = SettingsSaver(SettingsStore(tmp_path / "file" / "folder"))
    saver.save(Settings(variations=1))
    saver.wait()
    with pytest.raises(UnwritableFile):
        saver.save(Settings(variations=2))
    saver.close()


def test_closing_without_a_save(tmp_path: Path) -> None:
    saver = SettingsSaver(SettingsStore(tmp_path))
    saver.wait()
    saver.close()
    assert not (tmp_path / "plugin.json").exists()
