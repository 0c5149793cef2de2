"""Fields that are typed into: numbers, seeds, lines of text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.contracts.panel.fixtures import OpenDesk
from tests.contracts.panel.forms import editor, last_edit, with_fields
from tests.hosts import samples
from velatura_plugin.i18n import load_translations
from velatura_plugin.ui.model import Action


def test_an_integer_is_reported_once_it_is_whole(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, "12")
    assert desk.told.edits == []
    desk.press(spin, Key.ENTER)
    assert desk.told.edits == [("variations", 12)]


def test_a_number_that_is_still_being_typed_counts(desk: Desk) -> None:
    """A click on the button leaves the focus in the field."""
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, "5")
    desk.click(desk.view.generate)
    assert desk.told.edits == [("variations", 5)]
    assert desk.told.actions == [(Action.GENERATE, "")]
    assert desk.focused() is spin


def test_a_number_counts_when_the_focus_leaves_it(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, "7")
    desk.focus(desk.view.generate)
    assert desk.told.edits == [("variations", 7)]


@pytest.mark.parametrize("typed", ["x", ""])
def test_what_is_no_number_is_put_right(desk: Desk, typed: str) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, typed)
    desk.press(spin, Key.ENTER)
    assert desk.text(spin) == "3"
    assert desk.told.edits == []


def test_a_unit_is_shown_and_may_be_typed(desk: Desk) -> None:
    spin = editor(desk, samples.MORE[1]).widget
    assert desk.text(spin) == "8 px"
    desk.press(spin, Key.UP)
    assert (desk.text(spin), last_edit(desk)) == ("9 px", ("parameter:grow", 9))
    desk.retype(spin, "25")
    desk.press(spin, Key.UP)
    assert (desk.text(spin), last_edit(desk)) == ("26 px", ("parameter:grow", 26))
    desk.retype(spin, "31 px")
    desk.press(spin, Key.ENTER)
    assert (desk.text(spin), last_edit(desk)) == ("31 px", ("parameter:grow", 31))


def test_a_decimal_has_steps(desk: Desk) -> None:
    desk.press(editor(desk, samples.MORE[2]).widget, Key.UP)
    name, value = desk.told.edits[-1]
    assert name == "parameter:detail"
    assert value == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("value", "english", "german"), [(0.5, "0.5", "0,5"), (4, "4", "4"), (0.25, "0.25", "0,25")]
)
def test_a_decimal_is_written_as_the_panels_language_does(
    desk: Desk, open_desk: OpenDesk, value: float, english: str, german: str
) -> None:
    field = replace(samples.MORE[2], value=value, maximum=8)
    assert desk.text(editor(desk, field).widget) == english
    other = open_desk(translations=load_translations("de"))
    assert other.text(editor(other, field).widget) == german


@pytest.mark.parametrize("typed", ["2,5", "2.5"])
def test_a_decimal_can_be_typed_with_the_comma(open_desk: OpenDesk, typed: str) -> None:
    desk = open_desk(translations=load_translations("de"))
    spin = editor(desk, replace(samples.MORE[2], value=1, maximum=8)).widget
    desk.retype(spin, typed)
    desk.press(spin, Key.ENTER)
    assert last_edit(desk) == ("parameter:detail", 2.5)
    assert desk.text(spin) == "2,5"
    desk.press(spin, Key.UP)
    assert last_edit(desk) == ("parameter:detail", 2.55)


def test_slider_and_number_are_one(desk: Desk) -> None:
    found = editor(desk, samples.STRENGTH)
    desk.press(found.slider, Key.LEFT)
    assert desk.text(found.spin) == "79 %"
    assert desk.told.edits == [("strength", 79)]
    desk.retype(found.spin, "35")
    desk.press(found.spin, Key.ENTER)
    assert desk.fields.number(found.slider) == 35
    assert desk.told.edits == [("strength", 79), ("strength", 35)]


def test_the_seed_of_before_is_kept_where_the_dice_are_put_away(desk: Desk) -> None:
    """The grey number that is seen, not another."""
    found = editor(desk, replace(samples.MORE[0], placeholder="1623097757"))
    desk.click(found.random)
    assert desk.text(desk.fields.line(found)) == "1623097757"
    assert desk.told.edits == [("seed", 1623097757)]


def test_a_seed_stays_in_its_range(desk: Desk) -> None:
    found = editor(desk, replace(samples.MORE[0], maximum=2**32 - 1))
    desk.type_text(desk.fields.line(found), "42949672999")
    assert last_edit(desk) == ("seed", 429496729)
    assert desk.text(desk.fields.line(found)) == "429496729"


def test_the_dice_say_what_they_are_for(desk: Desk) -> None:
    found = editor(desk, replace(samples.MORE[0], placeholder="1623097757"))
    assert desk.names(found.random)[0] == "A new one each time"


def test_a_seed_is_kept_or_new(desk: Desk) -> None:
    found = editor(desk, samples.MORE[0])
    assert desk.is_on(found.random)
    desk.type_text(desk.fields.line(found), "4x2")
    assert last_edit(desk) == ("seed", 42)
    desk.show(with_fields(replace(samples.MORE[0], value=42)))
    assert not desk.is_on(found.random)
    desk.click(found.random)
    assert last_edit(desk) == ("seed", -1)


def test_a_line_of_text_and_a_path(desk: Desk) -> None:
    desk.type_text(editor(desk, samples.MORE[4]).widget, "ab")
    assert last_edit(desk) == ("parameter:note", "ab")
    desk.type_text(desk.fields.line(editor(desk, samples.MORE[7])), "/a")
    assert last_edit(desk) == ("role:style", "/a")
