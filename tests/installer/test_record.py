from __future__ import annotations

import json
from pathlib import Path

import pytest

from installer import record
from installer.locations import Checkout


def test_the_record_names_command_and_version(checkout: Checkout, tmp_path: Path) -> None:
    path = record.write(checkout, tmp_path / "data")
    content = json.loads(path.read_text())
    assert content == {
        "command": [str(checkout.program("velatura")), "serve"],
        "version": record.version(checkout),
        "checkout": str(checkout.root),
    }
    assert path.parent.stat().st_mode & 0o077 == 0
    assert record.recorded(tmp_path / "data") == str(checkout.root)


def test_a_record_of_this_checkout_is_removed(checkout: Checkout, tmp_path: Path) -> None:
    record.write(checkout, tmp_path)
    assert record.remove(checkout, tmp_path)
    assert record.recorded(tmp_path) is None
    assert not record.remove(checkout, tmp_path)


def test_a_record_of_another_checkout_is_left_alone(checkout: Checkout, tmp_path: Path) -> None:
    record.write(checkout, tmp_path)
    assert not record.remove(Checkout(tmp_path / "other"), tmp_path)
    assert record.recorded(tmp_path) == str(checkout.root)


@pytest.mark.parametrize("content", ["", "[]", "{}", "3"])
def test_what_is_no_record_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / record.NAME).write_text(content)
    assert record.recorded(tmp_path) is None
