from __future__ import annotations

from velatura_plugin.features.selection_watch import DRAG_LOOKS, SOON_LOOKS, SelectionWatch
from velatura_protocol.geometry import Rect

PLACE, OTHER = ("document", Rect(1, 2, 3, 4)), ("document", Rect(1, 2, 3, 5))


def test_a_place_is_finished_at_the_second_look_and_never_again() -> None:
    eye = SelectionWatch()
    assert [eye.sees(each) for each in (None, PLACE, PLACE, PLACE, PLACE)] == [
        None,
        None,
        PLACE,
        None,
        None,
    ]


def test_what_changes_is_not_finished() -> None:
    eye = SelectionWatch()
    looks = (PLACE, OTHER, PLACE, None, PLACE, OTHER)
    assert [eye.sees(each) for each in looks] == [None] * len(looks)


def test_after_it_was_gone_it_is_finished_once_more() -> None:
    eye = SelectionWatch()
    looks = (PLACE, PLACE, None, PLACE, PLACE)
    assert [eye.sees(each) for each in looks] == [None, PLACE, None, None, PLACE]


def test_what_appears_after_a_drag_was_drawn() -> None:
    for late in range(SOON_LOOKS):
        eye = SelectionWatch()
        eye.sees(None)
        for _ in range(DRAG_LOOKS):
            eye.is_kept_off()
        for _ in range(late):
            eye.sees(None)
        eye.sees(PLACE)
        assert eye.sees(PLACE) == PLACE
        assert eye.saw_it_drawn


def test_what_appears_long_after_a_drag_or_after_a_click_was_not() -> None:
    eye = SelectionWatch()
    for _ in range(DRAG_LOOKS):
        eye.is_kept_off()
    for _ in range(SOON_LOOKS):
        eye.sees(None)
    eye.sees(PLACE)
    assert not eye.saw_it_drawn
    eye.sees(None)
    for _ in range(DRAG_LOOKS - 1):
        eye.is_kept_off()
    eye.sees(OTHER)
    assert not eye.saw_it_drawn


def test_what_stays_through_a_drag_was_not_drawn_by_it() -> None:
    eye = SelectionWatch()
    eye.sees(PLACE)
    eye.sees(PLACE)
    for _ in range(5):
        eye.is_kept_off()
    assert [eye.sees(PLACE) for _ in range(3)] == [None] * 3
    assert not eye.saw_it_drawn
