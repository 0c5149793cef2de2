from __future__ import annotations

from pathlib import Path

import pytest

from installer import editor_record
from installer.editor_record import Entry
from installer.kritarc import Change
from installer.trouble import Trouble

ENTRY = Entry(
    kind="Flatpak",
    resources="/home/b\xfcrger/data",
    settings="/home/kritarc",
    checkout="/src",
    made=("/a/b", "/a"),
    made_settings=True,
    change=Change(previous="false", made_group=True, ended_line=True),
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    editor_record.write(tmp_path / "data", (ENTRY,))
    assert editor_record.read(tmp_path / "data") == (ENTRY,)
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_no_entries_no_file(tmp_path: Path) -> None:
    assert editor_record.read(tmp_path) == ()
    editor_record.write(tmp_path, (ENTRY,))
    editor_record.write(tmp_path, ())
    assert list(tmp_path.iterdir()) == []


def test_one_entry_for_a_profile() -> None:
    newer = Entry("Flatpak", ENTRY.resources, ENTRY.settings, checkout="/other")
    other = Entry("native", ENTRY.resources, "/s", checkout="/src")  # shares the resources
    assert editor_record.with_entry((ENTRY, other), newer) == (other, newer)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"krita": [{}]}', '{"krita": 3}'])
def test_what_is_no_record_is_told_and_not_guessed(tmp_path: Path, content: str) -> None:
    (tmp_path / editor_record.NAME).write_text(content)
    with pytest.raises(Trouble, match="cannot be read") as caught:
        editor_record.read(tmp_path)
    assert "by hand" in caught.value.remedy
