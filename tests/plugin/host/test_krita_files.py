"""What Krita reads before it runs any of our code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from velatura_plugin.ui.commands import commands

FOLDER = Path(__file__).parents[3] / "plugin/krita"


def actions() -> dict[str | None, ElementTree.Element]:
    tree = ElementTree.parse(FOLDER / "velatura.action")
    return {each.get("name"): each for each in tree.iter("Action")}


def test_every_command_can_be_bound_to_a_shortcut() -> None:
    assert list(actions()) == [each.action_id for each in commands()]


def test_titles_and_kinds_are_those_of_the_commands() -> None:
    found = actions()
    for each in commands():
        assert found[each.action_id].findtext("text") == each.title
        checkable = found[each.action_id].findtext("isCheckable")
        assert checkable == str(each.checkable).lower()


def test_no_shortcut_is_taken_from_anybody() -> None:
    assert {each.findtext("shortcut") for each in actions().values()} == {""}


def load_age() -> ModuleType:
    spec = importlib.util.spec_from_file_location("velatura_age", FOLDER / "velatura/age.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("version", "too_old"),
    [
        ("5.1.5", True),
        ("4.4.8", True),
        ("5.2.0", False),
        ("5.2.9", False),
        ("5.3.0-prealpha (git 8ea9f5b)", False),
        ("6.0.4.1", False),
    ],
)
def test_an_old_krita_is_known_by_its_version(version: str, too_old: bool) -> None:
    assert load_age().is_too_old(version) is too_old
