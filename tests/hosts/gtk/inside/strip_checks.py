from __future__ import annotations

from dataclasses import replace

import pytest

from tests.hosts import samples
from tests.hosts.gtk.inside.desk import (
    Desk,
    click,
    names,
    press,
    push,
    settle,
    strike,
    until,
    walked,
)
from velatura_plugin.ui.gtk.pile import Pile
from velatura_plugin.ui.gtk.strip import StripBox
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk
from velatura_plugin.ui.model import Action

JOB = "job-1"
PRESS, RELEASE = Gdk.EventType.KEY_PRESS, Gdk.EventType.KEY_RELEASE


def strip(desk: Desk, count: int = 3, current: int = 0) -> StripBox:
    view = desk.show(replace(samples.IDLE, strips=(samples.strip(count, current),)))
    return view.pile.boxes[0]


def test_a_thumbnail_is_picked(desk: Desk) -> None:
    click(strip(desk).thumbnails[2])
    assert desk.told.choices == [(JOB, 2)]


def test_what_is_current_is_the_models_to_say(desk: Desk) -> None:
    box = strip(desk, current=1)
    click(box.thumbnails[2])
    assert [each.get_active() for each in box.thumbnails] == [False, True, False]
    strip(desk, current=2)
    assert [each.get_active() for each in box.thumbnails] == [False, False, True]
    assert desk.told.choices == [(JOB, 2)]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("Left", Action.PREVIOUS),
        ("Right", Action.NEXT),
        ("KP_Right", Action.NEXT),
        ("Return", Action.ACCEPT),
        ("KP_Enter", Action.ACCEPT),
        ("Delete", Action.DISCARD),
    ],
)
def test_keys_in_the_strip(desk: Desk, key: str, action: Action) -> None:
    press(strip(desk).thumbnails[0], key)
    assert desk.told.actions == [(action, JOB)]
    assert desk.told.choices == []


def test_keys_ask_for_nothing_that_cannot_be(desk: Desk) -> None:
    press(strip(desk, count=1).thumbnails[0], "Right")
    assert desk.told.actions == []


def test_left_is_next_where_one_reads_from_the_right(desk: Desk) -> None:
    Gtk.Widget.set_default_direction(Gtk.TextDirection.RTL)
    try:
        press(strip(desk).thumbnails[0], "Left")
    finally:
        Gtk.Widget.set_default_direction(Gtk.TextDirection.LTR)
    assert desk.told.actions == [(Action.NEXT, JOB)]


@pytest.mark.parametrize("where", ["thumbnail", "button"])
def test_space_held_compares(desk: Desk, where: str) -> None:
    box = strip(desk)
    widget = box.compare if where == "button" else box.thumbnails[0]
    for _ in range(3):  # a key that is held repeats itself
        strike(widget, "space", PRESS)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    strike(widget, "space", RELEASE)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_the_compare_button_is_held(desk: Desk) -> None:
    box = strip(desk)
    push(box.compare, Gdk.EventType.BUTTON_PRESS)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    push(box.compare, Gdk.EventType.BUTTON_RELEASE)
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
    box.compare.hold(True)
    desk.window.hide()
    settle()
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_discarding_all_asks_inside_of_the_panel(desk: Desk) -> None:
    box = strip(desk)
    this, everything = box.discard_menu.entries()
    everything.activate()
    settle()
    assert desk.told.actions == []
    assert box.question.get_mapped()
    click(box.question.no)
    assert desk.told.actions == []
    assert not box.question.get_mapped()
    everything.activate()
    settle()
    click(box.question.yes)
    this.activate()
    assert desk.told.actions == [(Action.DISCARD_ALL, JOB), (Action.DISCARD, JOB)]


def test_discarding_a_single_one_does_not_ask(desk: Desk) -> None:
    box = strip(desk, count=1)
    box.discard_menu.entries()[1].activate()
    assert desk.told.actions == [(Action.DISCARD_ALL, JOB)]


@pytest.mark.parametrize(
    "action",
    [Action.ACCEPT, Action.ACCEPT_COPY, Action.ACCEPT_ALL, Action.DISCARD, Action.MORE,
     Action.PREVIOUS, Action.NEXT],
)  # fmt: skip
def test_buttons(desk: Desk, action: Action) -> None:
    box = strip(desk)
    (button,) = (
        each for each in walked(box)
        if getattr(getattr(each, "control", None), "action", None) is action
    )  # fmt: skip
    click(button)
    assert desk.told.actions == [(action, JOB)]


def pile(desk: Desk, *jobs: str) -> Pile:
    strips = tuple(replace(samples.strip(job=each), title=each) for each in jobs)
    return desk.show(replace(samples.IDLE, strips=strips)).pile


def open_ones(found: Pile) -> list[bool]:
    return [each.get_mapped() for each in found.boxes]


def test_old_results_stay_beside_new_ones(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    assert open_ones(found) == [False, True]
    assert [each.title.get_text() for each in found.heads] == ["old", "new"]
    click(found.boxes[1].beside[Action.ACCEPT])
    assert desk.told.actions == [(Action.ACCEPT, "new")]
    click(found.heads[0].button)
    assert open_ones(found) == [True, False]
    click(found.boxes[0].beside[Action.ACCEPT])
    assert desk.told.actions[1:] == [(Action.ACCEPT, "old")]


def test_one_set_needs_no_head(desk: Desk) -> None:
    found = pile(desk, "only")
    assert open_ones(found) == [True]
    assert not found.heads[0].get_mapped()
    found = pile(desk, "only", "next")
    assert found.heads[0].get_mapped()
    found = pile(desk, "next")
    assert open_ones(found) == [True, False]
    assert not found.heads[0].get_mapped()


def test_what_somebody_is_busy_with_stays_open(desk: Desk) -> None:
    found = pile(desk, "old")
    found.boxes[0].beside[Action.ACCEPT].grab_focus()
    found = pile(desk, "old", "new")
    assert open_ones(found) == [True, False]
    found = pile(desk, "new")
    assert open_ones(found) == [True, False], "its box is taken over"
    assert not found.heads[0].get_mapped()


def test_who_has_gone_back_to_the_picture_is_not_busy_here(desk: Desk) -> None:
    found = pile(desk, "old")
    found.boxes[0].beside[Action.ACCEPT].grab_focus()
    other = Gtk.Window()
    other.show()
    other.get_window().focus(Gdk.CURRENT_TIME)
    until(other.has_toplevel_focus)
    try:
        assert open_ones(pile(desk, "old", "new")) == [False, True]
    finally:
        other.destroy()


def test_heads_are_opened_by_keys_and_can_be_read(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    head = found.heads[0].button
    assert names(head) == ("old", "1 of 3")
    press(head, "space")
    assert open_ones(found) == [True, False]


def test_a_set_that_is_folded_while_it_is_compared_shows_the_result_again(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    found.boxes[1].compare.hold(True)
    found.heads[0].button.clicked()
    settle()
    assert desk.told.actions == [(Action.COMPARE, "new")] * 2


def test_a_variation_on_its_way_is_an_empty_place(desk: Desk) -> None:
    whole = samples.strip()
    waiting = replace(whole.thumbnails[2], pixels=None)
    changed = replace(whole, thumbnails=(*whole.thumbnails[:2], waiting))
    view = desk.show(replace(samples.IDLE, strips=(changed,)))
    second, third = view.pile.boxes[0].thumbnails[1:]
    assert third.picture.is_empty
    assert not second.picture.is_empty
    assert third.get_allocated_width() == second.get_allocated_width()


def test_marks_tell_what_is_best_and_what_is_kept(desk: Desk) -> None:
    whole = samples.strip()
    first, second, third = whole.thumbnails
    best, plain = replace(first, is_best=True), replace(third, is_kept=False)
    changed = replace(whole, thumbnails=(best, replace(second, is_kept=True), plain))
    thumbnails = desk.show(replace(samples.IDLE, strips=(changed,))).pile.boxes[0].thumbnails
    assert [each.best.get_mapped() for each in thumbnails] == [True, False, False]
    assert [each.kept.get_mapped() for each in thumbnails] == [False, True, False]
