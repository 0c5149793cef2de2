from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.contracts.panel.fixtures import OpenDesk
from tests.hosts import samples
from velatura_plugin.ui.model import Action

JOB = "job-1"


def strip(desk: Desk, count: int = 3, current: int = 0) -> Any:
    view = desk.show(replace(samples.IDLE, strips=(samples.strip(count, current),)))
    return view.pile.boxes[0]


def test_a_thumbnail_is_picked(desk: Desk) -> None:
    desk.click(strip(desk).thumbnails[2])
    assert desk.told.choices == [(JOB, 2)]


def test_what_is_current_is_the_models_to_say(desk: Desk) -> None:
    box = strip(desk, current=1)
    desk.click(box.thumbnails[2])
    assert [desk.is_on(each) for each in box.thumbnails] == [False, True, False]
    strip(desk, current=2)
    assert [desk.is_on(each) for each in box.thumbnails] == [False, False, True]
    assert desk.told.choices == [(JOB, 2)]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        (Key.LEFT, Action.PREVIOUS),
        (Key.RIGHT, Action.NEXT),
        (Key.PAD_RIGHT, Action.NEXT),
        (Key.ENTER, Action.ACCEPT),
        (Key.PAD_ENTER, Action.ACCEPT),
        (Key.DELETE, Action.DISCARD),
    ],
)
def test_keys_in_the_strip(desk: Desk, key: Key, action: Action) -> None:
    thumbnail = strip(desk).thumbnails[0]
    desk.focus(thumbnail)
    desk.press(thumbnail, key)
    assert desk.told.actions == [(action, JOB)]
    assert desk.told.choices == []


def test_keys_ask_for_nothing_that_cannot_be(desk: Desk) -> None:
    desk.press(strip(desk, count=1).thumbnails[0], Key.RIGHT)
    assert desk.told.actions == []


def test_left_is_next_where_one_reads_from_the_right(open_desk: OpenDesk) -> None:
    desk = open_desk(mirrored=True)
    desk.press(strip(desk).thumbnails[0], Key.LEFT)
    assert desk.told.actions == [(Action.NEXT, JOB)]


@pytest.mark.parametrize("where", ["thumbnail", "button"])
def test_space_held_compares(desk: Desk, where: str) -> None:
    """Once, though a key that is held repeats itself."""
    box = strip(desk)
    widget = box.compare if where == "button" else box.thumbnails[0]
    desk.hold_key(widget, Key.SPACE)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    desk.let_key_go(widget, Key.SPACE)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_the_compare_button_is_held(desk: Desk) -> None:
    box = strip(desk)
    desk.hold(box.compare)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    desk.let_go(box.compare)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_nothing_is_asked_about_a_strip_that_went_while_it_was_compared(desk: Desk) -> None:
    box = strip(desk)
    box.compare.hold(True)
    desk.show(samples.IDLE)
    box.compare.hold(False)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    strip(desk)
    box.compare.hold(True)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_a_panel_that_is_hidden_while_comparing_shows_the_result_again(desk: Desk) -> None:
    box = strip(desk)
    desk.hold(box.compare)
    desk.hide()
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_discarding_all_asks_inside_of_the_panel(desk: Desk) -> None:
    box = strip(desk)
    this, everything = desk.entries(box.discard_menu)
    everything.choose()
    assert desk.told.actions == []
    assert desk.is_seen(box.question)
    desk.click(box.question.no)
    assert desk.told.actions == []
    assert not desk.is_seen(box.question)
    everything.choose()
    desk.click(box.question.yes)
    this.choose()
    assert desk.told.actions == [(Action.DISCARD_ALL, JOB), (Action.DISCARD, JOB)]


def test_discarding_a_single_one_does_not_ask(desk: Desk) -> None:
    desk.entries(strip(desk, count=1).discard_menu)[1].choose()
    assert desk.told.actions == [(Action.DISCARD_ALL, JOB)]


@pytest.mark.parametrize(
    "action",
    [Action.ACCEPT, Action.ACCEPT_COPY, Action.ACCEPT_ALL, Action.DISCARD, Action.MORE,
     Action.PREVIOUS, Action.NEXT],
)  # fmt: skip
def test_buttons(desk: Desk, action: Action) -> None:
    desk.click(desk.button(strip(desk), action))
    assert desk.told.actions == [(action, JOB)]


def test_a_variation_on_its_way_is_an_empty_place(desk: Desk) -> None:
    whole = samples.strip()
    waiting = replace(whole.thumbnails[2], pixels=None)
    changed = replace(whole, thumbnails=(*whole.thumbnails[:2], waiting))
    view = desk.show(replace(samples.IDLE, strips=(changed,)))
    second, third = view.pile.boxes[0].thumbnails[1:]
    assert not desk.has_picture(third)
    assert desk.has_picture(second)
    assert desk.place(third).width == desk.place(second).width


def test_marks_tell_what_is_best_and_what_is_kept(desk: Desk) -> None:
    whole = samples.strip()
    first, second, third = whole.thumbnails
    best, plain = replace(first, is_best=True), replace(third, is_kept=False)
    changed = replace(whole, thumbnails=(best, replace(second, is_kept=True), plain))
    thumbnails = desk.show(replace(samples.IDLE, strips=(changed,))).pile.boxes[0].thumbnails
    assert [desk.is_best(each) for each in thumbnails] == [True, False, False]
    assert [desk.is_kept(each) for each in thumbnails] == [False, True, False]
