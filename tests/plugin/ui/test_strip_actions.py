from __future__ import annotations

from dataclasses import replace

import pytest

from velatura_plugin.ui.model import Action, Control, Strip
from velatura_plugin.ui.strip_actions import Key, StripActions, asked_first, strip_action

ALL = Control(Action.DISCARD_ALL, "Discard all")
CONTROLS = (Control(Action.ACCEPT, "Accept"), Control(Action.NEXT, "Next", False, "Alone."), ALL)
STRIP = Strip(
    "job", "Remove", (), "1 of 1", CONTROLS, asks_before_discard=True, discard_question="All?"
)


@pytest.fixture
def told() -> list[tuple[object, object]]:
    return []


@pytest.fixture
def hands(told: list[tuple[object, object]]) -> StripActions:
    made = StripActions(lambda *given: told.append(given), lambda *given: told.append(given))
    made.strip = STRIP
    return made


@pytest.mark.parametrize(
    ("key", "action"),
    [
        (Key.LEFT, Action.PREVIOUS),
        (Key.RIGHT, Action.NEXT),
        (Key.ENTER, Action.ACCEPT),
        (Key.DELETE, Action.DISCARD),
        (Key.SPACE, Action.COMPARE),
        (Key.ESCAPE, None),
        (None, None),
    ],
)
def test_keys(key: Key | None, action: Action | None) -> None:
    assert strip_action(key, is_rtl=False) is action
    mirrored = {Action.PREVIOUS: Action.NEXT, Action.NEXT: Action.PREVIOUS}
    expected = None if action is None else mirrored.get(action, action)
    assert strip_action(key, is_rtl=True) is expected


def test_everything_is_about_the_set_that_is_shown(
    hands: StripActions, told: list[tuple[object, object]]
) -> None:
    hands.ask(Action.ACCEPT)
    hands.choose(2)
    assert told == [(Action.ACCEPT, "job"), ("job", 2)]
    hands.strip = None
    hands.ask(Action.ACCEPT)
    hands.choose(2)
    assert len(told) == 2
    assert not hands.can(Action.ACCEPT)
    assert hands.asked_first(Action.DISCARD_ALL) is None


def test_what_can_be_done(hands: StripActions) -> None:
    assert hands.can(Action.ACCEPT)
    assert not hands.can(Action.NEXT)
    assert not hands.can(Action.DISCARD)


def test_what_is_asked_about(hands: StripActions) -> None:
    assert hands.asked_first(Action.DISCARD_ALL) is ALL
    assert hands.asked_first(Action.DISCARD) is None
    hands.strip = replace(STRIP, asks_before_discard=False)
    assert hands.asked_first(Action.DISCARD_ALL) is None


def test_nothing_is_asked_without_a_question() -> None:
    assert asked_first("", Action.DISCARD_ALL, Action.DISCARD_ALL, CONTROLS) is None
    assert asked_first("All?", Action.DISCARD_ALL, Action.DISCARD_ALL, ()) is None
