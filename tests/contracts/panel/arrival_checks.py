"""Models arrive while somebody is busy with the form: they are to keep out of the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.contracts.panel.forms import editor, prompt, with_fields
from tests.hosts import samples
from velatura_plugin.ui.model import Field, FieldKind


@pytest.mark.parametrize("field", [*samples.FORM.main, *samples.MORE], ids=lambda each: each.id)
def test_a_value_from_outside_is_shown_and_not_reported(desk: Desk, field: Field) -> None:
    editor(desk, field)
    values = {
        FieldKind.CHOICE: field.options[-1].id if field.options else "",
        FieldKind.INTEGER: 5,
        FieldKind.SLIDER: 5,
        FieldKind.DECIMAL: 0.25,
        FieldKind.SWITCH: False,
        FieldKind.SEED: 7,
        FieldKind.COLOUR: "#112233",
        FieldKind.PALETTE: ("#112233",),
    }
    desk.show(with_fields(replace(field, value=values.get(field.kind, "text"))))
    assert desk.told.edits == []


def test_what_is_being_typed_is_left_alone(desk: Desk) -> None:
    text = prompt(desk)
    desk.type_text(text, "red velvt")
    desk.press(text, Key.LEFT)
    assert desk.fields.cursor(text) == len("red velv")
    for progress in (0.1, 0.2):
        running = replace(samples.RUNNING.progress, fraction=progress)
        field = replace(samples.PROMPT, value="red velvt")
        desk.show(replace(with_fields(field), progress=running))
    assert desk.text(text) == "red velvt"
    assert desk.fields.cursor(text) == len("red velv")


def test_no_letter_is_lost(desk: Desk) -> None:
    text = prompt(desk)
    for count, letter in enumerate("velvet"):
        desk.type_text(text, letter)
        _, known = desk.told.edits[-1]
        assert isinstance(known, str)
        running = replace(samples.RUNNING.progress, fraction=count / 6)
        field = replace(samples.PROMPT, value=known, options=samples.PROMPT.options[: count % 3])
        desk.show(replace(with_fields(samples.TASK, field), progress=running))
    assert desk.text(text) == "velvet"


def test_half_a_number_stays(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, "1")
    desk.show(replace(with_fields(samples.VARIATIONS), hint="Another"))
    desk.type_text(spin, "2")
    desk.press(spin, Key.ENTER)
    assert desk.told.edits == [("variations", 12)]


def test_a_field_that_stays_keeps_its_widget_and_the_focus_when_others_come(desk: Desk) -> None:
    text = prompt(desk)
    view = desk.show(with_fields(samples.TASK, samples.PROMPT, samples.STRENGTH))
    assert view.form.main.row("prompt").editor.text is text
    assert desk.focused() is text
    tops = [desk.place(each).top for each in view.form.main.rows]
    assert len(set(tops)) == 3
    assert tops == sorted(tops)


def test_a_corrected_value_is_written_back(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.fields.set_number(spin, 12)
    assert desk.told.edits == [("variations", 12)]
    desk.show(with_fields(replace(samples.VARIATIONS, value=8)))
    assert desk.fields.number(spin) == 8


@pytest.mark.parametrize("field", [samples.TASK, samples.VARIATIONS, samples.STRENGTH])
def test_the_wheel_scrolls_the_panel_and_turns_nothing(desk: Desk, field: Field) -> None:
    widget = editor(desk, field).focus
    desk.focus(desk.view.generate)
    assert desk.roll(widget)
    assert desk.told.edits == []
