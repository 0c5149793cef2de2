"""Where things are: nothing is cut, everything can be reached, and one reads on as one looks."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.contracts.panel.fixtures import OpenDesk
from tests.contracts.panel.forms import editor
from tests.hosts import samples
from tests.hosts.pseudo import lengthened
from velatura_plugin.i18n import PSEUDO, load_translations


def unfold(desk: Desk) -> None:
    if not desk.is_on(desk.view.form.fold):
        desk.click(desk.view.form.fold)
    desk.painted()


@pytest.mark.parametrize("name", samples.STATES)
@pytest.mark.parametrize("is_narrow", [True, False], ids=["narrow", "wide"])
def test_nothing_is_wider_than_the_panel(open_desk: OpenDesk, name: str, is_narrow: bool) -> None:
    desk = open_desk(open_desk().least_width if is_narrow else 420)
    desk.show(samples.STATES[name])
    assert_nothing_is_wider(desk)


@pytest.mark.parametrize("name", samples.STATES)
@pytest.mark.parametrize("is_narrow", [True, False], ids=["narrow", "wide"])
def test_nothing_is_wider_than_the_panel_in_a_language_of_longer_words(
    open_desk: OpenDesk, name: str, is_narrow: bool
) -> None:
    width = open_desk().least_width_of_long_words if is_narrow else 420
    desk = open_desk(width, load_translations(PSEUDO))
    desk.show(lengthened(samples.STATES[name]))
    assert_nothing_is_wider(desk)


def assert_nothing_is_wider(desk: Desk) -> None:
    unfold(desk)
    width = desk.place(desk.body).width
    assert width <= desk.width()
    for each in desk.seen():
        place = desk.place(each)
        assert place.left >= 0, type(each).__name__
        assert place.right <= width, (type(each).__name__, desk.names(each), desk.text(each))


@pytest.mark.parametrize("name", samples.STATES)
def test_every_control_is_named_and_large_enough(desk: Desk, name: str) -> None:
    desk.show(samples.STATES[name])
    unfold(desk)
    stops = list(desk.stops())
    assert len(stops) > 12
    for each in stops:
        assert desk.names(each)[0], type(each).__name__
        assert desk.place(each).height >= desk.least_target, desk.names(each)


def test_labels_lead_to_their_fields(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    rows = [each for each in view.form.main.rows if desk.is_seen(each.label)]
    labels = [desk.text(each.label) for each in rows]
    assert labels == ["Task", "Engine", "Strength", "Variations"]
    assert all(desk.led_to(each.label) is each.editor.focus for each in rows)


def test_a_tab_goes_through_the_panel_as_one_reads(desk: Desk) -> None:
    view = desk.show(samples.STAGING)
    desk.focus(view.status.word)
    places: list[tuple[int, int]] = []
    for _ in range(60):
        focused = desk.focused()
        place = desk.place(focused)
        if places and (place.top, place.left) == places[0]:
            break
        places.append((place.top, place.left))
        desk.press(focused, Key.TAB)
    assert len(places) > 12
    # What lies on one line is read from the left; heights in a line differ a little.
    jumps = [(a, b) for a, b in itertools.pairwise(places) if b[0] < a[0] - 20]
    assert jumps == []


def test_right_to_left_is_mirrored(open_desk: OpenDesk) -> None:
    desk = open_desk(420, mirrored=True)
    view = desk.show(samples.RUNNING)
    assert desk.place(view.stop).left < desk.place(view.generate).left
    row = view.form.main.row("strength")
    assert desk.place(row.label).left > desk.place(row.editor.widget).left


def test_stop_goes_under_the_button_where_there_is_no_room(open_desk: OpenDesk) -> None:
    long = replace(samples.RUNNING.generate, label="Replace the background of this")
    for width, is_under in ((open_desk().least_width, True), (480, False)):
        desk = open_desk(width)
        view = desk.show(replace(samples.RUNNING, generate=long))
        stop, generate = desk.place(view.stop), desk.place(view.generate)
        assert (stop.top >= generate.bottom) == is_under
        assert (stop.left >= generate.right) != is_under


def test_a_label_lies_beside_its_field_or_over_it(open_desk: OpenDesk) -> None:
    field = replace(samples.MORE[4], label="What should not be seen in the result")
    for width, is_beside in ((240, False), (800, True)):
        desk = open_desk(width)
        editor(desk, field)
        row = desk.view.form.main.row(field.id)
        label, entry = desk.place(row.label, row), desk.place(row.editor.widget, row)
        assert (label.top < entry.bottom and entry.top < label.bottom) == is_beside
        assert (entry.left != 0) == is_beside


def test_fields_begin_in_a_line(open_desk: OpenDesk) -> None:
    desk = open_desk(420)
    view = desk.show(samples.IDLE)
    rows = [each for each in view.form.main.rows if desk.is_seen(each.label)]
    lefts = [desk.place(each.editor.widget).left for each in rows]
    assert len(lefts) == 4
    assert max(lefts) - min(lefts) <= 1, "a label may ask for a pixel more than its text takes"
