"""A document's earlier results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.ui.showing import actions, shown
from tests.plugin.ui.states import ALL_AROUND, STATES
from velatura_plugin.ui.model import Action, Control


def test_the_history_lists_what_can_be_brought_back() -> None:
    history = shown(STATES["history"]).history
    assert history is not None
    assert [(each.title, each.when) for each in history.items] == [
        ("Fill, 3 results", "1 hour ago"),
        ("Fill, 1 result", "1 hour ago"),
    ]
    assert history.empty == ""
    first, second = history.items
    assert actions(first.controls) == [Action.RESTORE, Action.FAVOURITE, Action.FORGET]
    assert [first.controls[1].label, second.controls[1].label] == [
        "Keep for good",
        "Keep no longer",
    ]
    assert [first.question, second.question] == [
        "Delete 3 results for good?",
        "Delete 1 result for good?",
    ]
    assert history.close == Control(Action.CLOSE_HISTORY, "Back")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("history asked", "Asking the engine…"),
        ("history empty", "Nothing has been made in this document yet."),
        ("none of all", "Nothing has been made yet."),
        (
            "history broken",
            "Nothing is left outside the selection to take pixels from. Select less.",
        ),
    ],
)
def test_an_empty_history_says_why(name: str, text: str) -> None:
    history = shown(STATES[name]).history
    assert history is not None
    assert (history.items, history.empty) == ((), text)


def test_each_list_leads_to_the_other() -> None:
    own, of_all = shown(STATES["history"]).history, shown(STATES["history of all"]).history
    assert own is not None
    assert of_all is not None
    assert (own.title, own.other) == (
        "History",
        Control(Action.OPEN_FULL_HISTORY, "Of all pictures"),
    )
    assert (of_all.title, of_all.other) == (
        "History of all pictures",
        Control(Action.OPEN_HISTORY, "Of this picture"),
    )


def test_settings_go_before_the_history() -> None:
    both = shown(STATES["history"], around=replace(ALL_AROUND, is_settings_open=True))
    assert both.settings is not None
    assert both.history is None


def test_what_is_out_of_the_history_cannot_be_continued() -> None:
    (strip,) = shown(STATES["fetching"]).strips
    more = next(each for each in strip.controls if each.action is Action.MORE)
    assert not more.enabled
    assert strip.failures == "The canvas had another size then; the results lie where they lay."
