"""Several staged sets, one under the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.contracts.panel.desk import Desk, Key
from tests.hosts import samples
from velatura_plugin.ui.model import Action


def pile(desk: Desk, *jobs: str) -> Any:
    strips = tuple(replace(samples.strip(job=each), title=each) for each in jobs)
    return desk.show(replace(samples.IDLE, strips=strips)).pile


def open_ones(desk: Desk) -> list[bool]:
    return [desk.is_seen(each) for each in desk.view.pile.boxes]


def test_old_results_stay_beside_new_ones(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    assert open_ones(desk) == [False, True]
    assert [desk.title(each) for each in found.heads] == ["old", "new"]
    desk.click(desk.button(found.boxes[1], Action.ACCEPT))
    assert desk.told.actions == [(Action.ACCEPT, "new")]
    desk.click(found.heads[0].button)
    assert open_ones(desk) == [True, False]
    desk.click(desk.button(found.boxes[0], Action.ACCEPT))
    assert desk.told.actions[1:] == [(Action.ACCEPT, "old")]


def test_one_set_needs_no_head(desk: Desk) -> None:
    found = pile(desk, "only")
    assert open_ones(desk) == [True]
    assert not desk.is_seen(found.heads[0])
    pile(desk, "only", "next")
    assert desk.is_seen(found.heads[0])
    pile(desk, "next")
    assert open_ones(desk) == [True, False]
    assert not desk.is_seen(found.heads[0])


def test_what_somebody_is_busy_with_stays_open(desk: Desk) -> None:
    found = pile(desk, "old")
    desk.focus(desk.button(found.boxes[0], Action.ACCEPT))
    pile(desk, "old", "new")
    assert open_ones(desk) == [True, False]
    pile(desk, "new")
    assert open_ones(desk) == [True, False], "its box is taken over"
    assert not desk.is_seen(found.heads[0])


def test_who_has_gone_back_to_the_picture_is_not_busy_here(desk: Desk) -> None:
    found = pile(desk, "old")
    desk.focus(desk.button(found.boxes[0], Action.ACCEPT))
    with desk.looked_away():
        pile(desk, "old", "new")
        assert open_ones(desk) == [False, True]


def test_heads_are_opened_by_keys_and_can_be_read(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    head = found.heads[0].button
    assert desk.names(head) == ("old", "1 of 3")
    desk.focus(head)
    desk.press(head, Key.SPACE)
    assert open_ones(desk) == [True, False]


def test_a_set_that_is_folded_while_it_is_compared_shows_the_result_again(desk: Desk) -> None:
    found = pile(desk, "old", "new")
    desk.hold(found.boxes[1].compare)
    desk.press(found.heads[0].button, Key.SPACE)
    assert open_ones(desk) == [True, False]
    assert desk.told.actions == [(Action.COMPARE, "new")] * 2
