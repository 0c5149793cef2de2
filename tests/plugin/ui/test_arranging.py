from __future__ import annotations

from dataclasses import replace

import pytest

from velatura_plugin.ui.arranging import (
    has_page,
    open_strip,
    reasons_of,
    status_beside_welcome,
)
from velatura_plugin.ui.model import (
    Action,
    Control,
    History,
    ModelsPage,
    Page,
    StatusLine,
    Strip,
    Tone,
    ViewModel,
    Welcome,
)

START = Control(Action.START_BACKEND, "Start")
SETTINGS = Control(Action.OPEN_SETTINGS, "Settings")
MODEL = ViewModel(
    StatusLine("Off", Tone.QUIET, actions=(START, SETTINGS)),
    Control(Action.GENERATE, "Remove"),
    welcome=Welcome(("A fact.",), START),
)
PAGE = Page("Settings", ())


def test_each_reason_is_given_once() -> None:
    reasons = ("No engine.", "", "Nothing selected.", "No engine.")
    controls = [Control(Action.STOP, "Stop", reason=each) for each in reasons]
    assert reasons_of(controls) == "No engine.\nNothing selected."


def test_what_is_a_page() -> None:
    assert not has_page(MODEL)
    assert has_page(replace(MODEL, settings=PAGE))
    assert has_page(replace(MODEL, history=History("History", ())))
    assert has_page(replace(MODEL, models=ModelsPage("Models", ())))


@pytest.mark.parametrize(
    ("model", "actions"),
    [
        (MODEL, (SETTINGS,)),
        (replace(MODEL, settings=PAGE), (START, SETTINGS)),  # the first run is not seen then
        (replace(MODEL, welcome=None), (START, SETTINGS)),
        (replace(MODEL, welcome=Welcome(("A fact.",))), (START, SETTINGS)),
    ],
)
def test_the_first_runs_button_is_not_offered_twice(
    model: ViewModel, actions: tuple[Control, ...]
) -> None:
    assert status_beside_welcome(model) == replace(MODEL.status, actions=actions)


def strips(*jobs: str) -> list[Strip]:
    return [Strip(each, each, (), "", ()) for each in jobs]


@pytest.mark.parametrize(
    ("before", "after", "opened", "in_use", "expected"),
    [
        ((), ("a",), "", False, "a"),
        (("a",), ("a", "b"), "a", False, "b"),
        (("a",), ("a", "b"), "a", True, "a"),
        (("a", "b"), ("b",), "a", True, "b"),
        (("a", "b", "c"), ("a", "c"), "b", False, "c"),
        (("a", "b"), ("a", "b"), "a", False, "a"),
        (("a",), (), "a", False, ""),
    ],
)
def test_which_set_is_open(
    before: tuple[str, ...], after: tuple[str, ...], opened: str, in_use: bool, expected: str
) -> None:
    found = open_strip(strips(*before), strips(*after), opened, is_in_use=in_use)
    assert found == expected
