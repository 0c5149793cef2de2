from __future__ import annotations

from dataclasses import replace

import pytest

from tests.hosts import samples
from tests.hosts.qt.inside.desk import Desk
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.qt.compat import Qt
from velatura_plugin.ui.qt.pile import Pile
from velatura_plugin.ui.qt.strip import StripBox

JOB = "job-1"
KEYS = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def strip(desk: Desk, count: int = 3, current: int = 0) -> StripBox:
    view = desk.show(replace(samples.IDLE, strips=(samples.strip(count, current),)))
    view.activateWindow()
    return view.pile.boxes[0]


def test_a_thumbnail_is_picked(desk: Desk) -> None:
    QTest.mouseClick(strip(desk).thumbnails[2], LEFT)
    assert desk.told.choices == [(JOB, 2)]


def test_what_is_current_is_the_models_to_say(desk: Desk) -> None:
    box = strip(desk, current=1)
    QTest.mouseClick(box.thumbnails[2], LEFT)
    assert [each.isChecked() for each in box.thumbnails] == [False, True, False]
    strip(desk, current=2)
    assert [each.isChecked() for each in box.thumbnails] == [False, False, True]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        (KEYS.Key_Left, Action.PREVIOUS),
        (KEYS.Key_Right, Action.NEXT),
        (KEYS.Key_Return, Action.ACCEPT),
        (KEYS.Key_Enter, Action.ACCEPT),
        (KEYS.Key_Delete, Action.DISCARD),
    ],
)
def test_keys_in_the_strip(desk: Desk, key: Qt.Key, action: Action) -> None:
    thumbnail = strip(desk).thumbnails[0]
    thumbnail.setFocus()
    QTest.keyClick(thumbnail, key)
    assert desk.told.actions == [(action, JOB)]


def test_keys_ask_for_nothing_that_cannot_be(desk: Desk) -> None:
    QTest.keyClick(strip(desk, count=1).thumbnails[0], KEYS.Key_Right)
    assert desk.told.actions == []


def test_left_is_next_where_one_reads_from_the_right(desk: Desk) -> None:
    desk.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QTest.keyClick(strip(desk).thumbnails[0], KEYS.Key_Left)
    assert desk.told.actions == [(Action.NEXT, JOB)]


def test_space_held_compares(desk: Desk) -> None:
    thumbnail = strip(desk).thumbnails[0]
    QTest.keyPress(thumbnail, KEYS.Key_Space)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    QTest.keyRelease(thumbnail, KEYS.Key_Space)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_the_compare_button_is_held(desk: Desk) -> None:
    box = strip(desk)
    QTest.mousePress(box.compare, LEFT)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    QTest.mouseRelease(box.compare, LEFT)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_nothing_is_asked_about_a_strip_that_went_while_it_was_compared(desk: Desk) -> None:
    box = strip(desk)
    QTest.mousePress(box.compare, LEFT)
    desk.show(samples.IDLE)
    QTest.mouseRelease(box.compare, LEFT)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    strip(desk)
    QTest.mousePress(box.compare, LEFT)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_a_panel_that_is_hidden_while_comparing_shows_the_result_again(desk: Desk) -> None:
    box = strip(desk)
    QTest.mousePress(box.compare, LEFT)
    desk.view.hide()
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2


def test_discarding_all_asks_inside_of_the_panel(desk: Desk) -> None:
    box = strip(desk)
    this, everything = box.discard_menu.menu().actions()
    everything.trigger()
    assert desk.told.actions == []
    assert box.question.isVisible()
    QTest.mouseClick(box.question.no, LEFT)
    assert desk.told.actions == []
    assert not box.question.isVisible()
    everything.trigger()
    QTest.mouseClick(box.question.yes, LEFT)
    this.trigger()
    assert desk.told.actions == [(Action.DISCARD_ALL, JOB), (Action.DISCARD, JOB)]


def test_discarding_a_single_one_does_not_ask(desk: Desk) -> None:
    box = strip(desk, count=1)
    box.discard_menu.menu().actions()[1].trigger()
    assert desk.told.actions == [(Action.DISCARD_ALL, JOB)]


@pytest.mark.parametrize(
    ("name", "action"), [("accept", Action.ACCEPT), ("discard", Action.DISCARD)]
)
def test_buttons(desk: Desk, name: str, action: Action) -> None:
    QTest.mouseClick(getattr(strip(desk), name), LEFT)
    assert desk.told.actions == [(action, JOB)]


def pile(desk: Desk, *jobs: str) -> Pile:
    strips = tuple(replace(samples.strip(job=each), title=each) for each in jobs)
    return desk.show(replace(samples.IDLE, strips=strips)).pile


def open_ones(found: Pile) -> list[bool]:
    return [each.isVisible() for each in found.boxes]


def test_old_results_stay_beside_new_ones(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    assert open_ones(found) == [False, True]
    assert [each.button.text() for each in found.heads] == ["old", "new"]
    QTest.mouseClick(found.boxes[1].accept, LEFT)
    assert desk.told.actions == [(Action.ACCEPT, "new")]
    QTest.mouseClick(found.heads[0].button, LEFT)
    assert open_ones(found) == [True, False]
    QTest.mouseClick(found.boxes[0].accept, LEFT)
    assert desk.told.actions[1:] == [(Action.ACCEPT, "old")]


def test_one_set_needs_no_head(desk: Desk) -> None:
    found = pile(desk, "only")
    assert open_ones(found) == [True]
    assert not found.heads[0].isVisible()
    found = pile(desk, "only", "next")
    assert found.heads[0].isVisible()
    found = pile(desk, "next")
    assert open_ones(found) == [True, False]
    assert not found.heads[0].isVisible()


def test_what_somebody_is_busy_with_stays_open(desk: Desk) -> None:
    found = pile(desk, "old")
    desk.view.activateWindow()
    found.boxes[0].accept.setFocus()
    found = pile(desk, "old", "new")
    assert open_ones(found) == [True, False]
    found = pile(desk, "new")
    assert open_ones(found) == [True, False], "its box is taken over"
    assert not found.heads[0].isVisible()


def test_heads_are_opened_by_keys_and_can_be_read(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    head = found.heads[0].button
    assert (head.accessibleName(), head.accessibleDescription()) == ("old", "1 of 3")
    desk.view.activateWindow()
    head.setFocus()
    QTest.keyClick(head, KEYS.Key_Space)
    assert open_ones(found) == [True, False]


def test_a_set_that_is_folded_while_it_is_compared_shows_the_result_again(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    found.boxes[1].compare.hold(True)
    found.heads[0].button.click()
    assert desk.told.actions == [(Action.COMPARE, "new")] * 2


def test_a_variation_on_its_way_is_an_empty_place(desk: Desk) -> None:
    whole = samples.strip()
    waiting = replace(whole.thumbnails[2], pixels=None)
    changed = replace(whole, thumbnails=(*whole.thumbnails[:2], waiting))
    view = desk.show(replace(samples.IDLE, strips=(changed,)))
    assert view.pile.boxes[0].thumbnails[2].icon().isNull()
    assert not view.pile.boxes[0].thumbnails[1].icon().isNull()
