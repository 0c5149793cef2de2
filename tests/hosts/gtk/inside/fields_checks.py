from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hosts import samples
from tests.hosts.gtk.inside.desk import (
    CONTROL,
    SHIFT,
    Desk,
    click,
    names,
    painted,
    place,
    press,
    settle,
    type_text,
    until,
    walked,
)
from velatura_plugin.i18n import load_translations
from velatura_plugin.ui.gtk.editors import ChoiceEditor, Editor
from velatura_plugin.ui.gtk.prompt import PromptEditor, PromptText
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk
from velatura_plugin.ui.model import Action, Field, FieldKind, Form, Option, ViewModel


def with_fields(*fields: Field) -> ViewModel:
    return replace(samples.IDLE, form=Form(fields))


def editor(desk: Desk, field: Field) -> Editor:
    row = desk.show(with_fields(field)).form.main.row(field.id)
    assert row is not None
    return row.editor


def prompt(desk: Desk, field: Field = samples.PROMPT) -> PromptText:
    found = editor(desk, field)
    assert isinstance(found, PromptEditor)
    found.text.grab_focus()
    settle()
    return found.text


def last_edit(desk: Desk) -> object:
    return desk.told.edits[-1]


def shown(combo: Gtk.ComboBox) -> str:
    at = combo.get_active_iter()
    return "" if at is None else str(combo.get_model()[at][1])


def retype(entry: Gtk.Entry, text: str) -> None:
    entry.grab_focus()
    entry.select_region(0, -1)
    press(entry, "Delete")
    type_text(entry, text)


# -- kinds -----------------------------------------------------------------------------------------


def test_a_choice_reports_its_id(desk: Desk) -> None:
    found = editor(desk, samples.TASK)
    assert shown(found.widget) == "Remove"
    found.widget.set_active(1)
    assert desk.told.edits == [("task", "fill")]


STYLE = Field(
    "role:style", FieldKind.CHOICE, "Style", "",
    options=(Option("", "None"), Option("layer", "Sky", help="A layer")),
    placeholder="Choose a file…",
)  # fmt: skip


def choice(desk: Desk, field: Field) -> ChoiceEditor:
    found = editor(desk, field)
    assert isinstance(found, ChoiceEditor)
    return found


def test_a_file_is_picked_in_a_dialog_that_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "oil.png"
    picture.touch()
    found = choice(desk, STYLE)
    found.combo.set_active(2)
    assert shown(found.combo) == "None", "until there is one"
    assert desk.told.edits == []
    assert found.dialog.native is not None
    assert not found.dialog.native.get_modal()
    found.dialog.native.set_filename(str(picture))
    until(lambda: found.dialog.native.get_filename() == str(picture))
    found.dialog.native.emit("response", Gtk.ResponseType.ACCEPT)
    assert desk.told.edits == [("role:style", f"file:{picture}")]
    assert found.dialog.native is None
    chosen = Option(f"file:{picture}", picture.name)
    options = (STYLE.options[0], chosen, STYLE.options[1])
    found = choice(desk, replace(STYLE, value=chosen.id, options=options))
    assert shown(found.combo) == "oil.png"
    found.combo.set_active(0)
    assert desk.told.edits[1:] == [("role:style", "")]


def test_a_dialog_that_is_left_changes_nothing(desk: Desk) -> None:
    found = choice(desk, replace(STYLE, value="layer"))
    found.combo.set_active(2)
    assert found.dialog.native is not None
    found.dialog.native.emit("response", Gtk.ResponseType.CANCEL)
    assert shown(found.combo) == "Sky"
    assert desk.told.edits == []
    assert found.dialog.native is None


def test_a_dialog_ends_with_the_panel(desk: Desk) -> None:
    found = choice(desk, STYLE)
    found.combo.set_active(2)
    desk.window.destroy()
    settle()
    assert found.dialog.native is None


def test_layers_in_groups_are_indented(desk: Desk) -> None:
    found = choice(desk, replace(samples.MORE[-1], enabled=True))
    texts = [row[1] for row in found.combo.get_model()]
    assert [each.strip() for each in texts] == ["What is seen", "Group", "Wall"]
    assert texts[2] != texts[2].strip()
    assert texts[1] == texts[1].strip()


def test_what_an_entry_of_a_list_is_can_be_read_there(desk: Desk) -> None:
    found = choice(desk, STYLE)
    found.combo.popup()
    menu = found.combo.get_popup_accessible().get_widget()
    until(menu.get_mapped)
    assert menu.get_children()[1].get_tooltip_text() == "A layer"
    found.combo.popdown()
    settle()


def test_a_choice_that_is_gone_shows_nothing(desk: Desk) -> None:
    found = choice(desk, replace(STYLE, value="layer"))
    desk.show(with_fields(replace(STYLE, value="other")))
    assert shown(found.combo) == ""
    assert desk.told.edits == []


def test_an_integer_is_reported_once_it_is_whole(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    retype(spin, "12")
    assert desk.told.edits == []
    press(spin, "Return")
    assert desk.told.edits == [("variations", 12)]


def test_a_number_that_is_still_being_typed_counts(desk: Desk) -> None:
    """A click on the button leaves the focus in the field."""
    spin = editor(desk, samples.VARIATIONS).widget
    retype(spin, "5")
    click(desk.view.generate)
    assert desk.told.edits == [("variations", 5)]
    assert desk.told.actions == [(Action.GENERATE, "")]
    assert spin.is_focus()


def test_a_number_counts_when_the_focus_leaves_it(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    retype(spin, "7")
    desk.view.generate.grab_focus()
    settle()
    assert desk.told.edits == [("variations", 7)]


@pytest.mark.parametrize(("typed", "value"), [("99", 16), ("-3", 1), ("x", 3), ("", 3)])
def test_what_is_no_such_number_is_put_right(desk: Desk, typed: str, value: int) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    retype(spin, typed)
    press(spin, "Return")
    assert spin.get_text() == str(value)
    assert desk.told.edits == ([] if value == 3 else [("variations", value)])


def test_a_unit_is_shown_and_may_be_typed(desk: Desk) -> None:
    spin = editor(desk, samples.MORE[1]).widget
    assert spin.get_text() == "8 px"
    press(spin, "Up")
    assert (spin.get_text(), last_edit(desk)) == ("9 px", ("parameter:grow", 9))
    retype(spin, "25")
    press(spin, "Up")
    assert (spin.get_text(), last_edit(desk)) == ("26 px", ("parameter:grow", 26))
    retype(spin, "31 px")
    press(spin, "Return")
    assert (spin.get_text(), last_edit(desk)) == ("31 px", ("parameter:grow", 31))


def test_a_decimal_has_steps(desk: Desk) -> None:
    press(editor(desk, samples.MORE[2]).widget, "Up")
    name, value = desk.told.edits[-1]
    assert name == "parameter:detail"
    assert value == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("value", "english", "german"), [(0.5, "0.5", "0,5"), (4, "4", "4"), (0.25, "0.25", "0,25")]
)
def test_a_decimal_is_written_as_the_panels_language_does(
    desk: Desk, open_desk: Callable[..., Desk], value: float, english: str, german: str
) -> None:
    field = replace(samples.MORE[2], value=value, maximum=8)
    assert editor(desk, field).widget.get_text() == english
    spin = editor(open_desk(translations=load_translations("de")), field).widget
    assert spin.get_text() == german


@pytest.mark.parametrize("typed", ["2,5", "2.5"])
def test_a_decimal_can_be_typed_with_the_comma(open_desk: Callable[..., Desk], typed: str) -> None:
    desk = open_desk(translations=load_translations("de"))
    spin = editor(desk, replace(samples.MORE[2], value=1, maximum=8)).widget
    retype(spin, typed)
    press(spin, "Return")
    assert last_edit(desk) == ("parameter:detail", 2.5)
    assert spin.get_text() == "2,5"
    press(spin, "Up")
    assert last_edit(desk) == ("parameter:detail", 2.55)


def test_slider_and_number_are_one(desk: Desk) -> None:
    found = editor(desk, samples.STRENGTH)
    press(found.slider, "Left")
    assert found.spin.get_text() == "79 %"
    assert desk.told.edits == [("strength", 79)]
    retype(found.spin, "35")
    press(found.spin, "Return")
    assert found.slider.get_value() == 35
    assert desk.told.edits == [("strength", 79), ("strength", 35)]


def test_a_switch_is_met_anywhere_in_its_row(desk: Desk) -> None:
    click(editor(desk, samples.MORE[3]).widget)
    assert desk.told.edits == [("parameter:seamless", False)]


def test_the_seed_of_before_is_kept_where_the_dice_are_put_away(desk: Desk) -> None:
    """The grey number that is seen, not another."""
    found = editor(desk, replace(samples.MORE[0], placeholder="1623097757"))
    click(found.random)
    assert found.entry.get_text() == "1623097757"
    assert desk.told.edits == [("seed", 1623097757)]


def test_a_seed_stays_in_its_range(desk: Desk) -> None:
    found = editor(desk, replace(samples.MORE[0], maximum=2**32 - 1))
    type_text(found.entry, "42949672999")
    assert last_edit(desk) == ("seed", 429496729)
    assert found.entry.get_text() == "429496729"


def test_the_dice_say_what_they_are_for(desk: Desk) -> None:
    found = editor(desk, replace(samples.MORE[0], placeholder="1623097757"))
    assert names(found.random)[0] == "A new one each time"


def test_a_seed_is_kept_or_new(desk: Desk) -> None:
    found = editor(desk, samples.MORE[0])
    assert found.random.get_active()
    type_text(found.entry, "4x2")
    assert last_edit(desk) == ("seed", 42)
    desk.show(with_fields(replace(samples.MORE[0], value=42)))
    assert not found.random.get_active()
    click(found.random)
    assert last_edit(desk) == ("seed", -1)


def test_a_colour_is_picked(desk: Desk) -> None:
    swatch = editor(desk, samples.MORE[5]).widget
    assert swatch.colour() == "#d08a1d"
    shade = Gdk.RGBA()
    shade.parse("#102030")
    swatch.set_rgba(shade)
    swatch.emit("color-set")
    assert desk.told.edits == [("parameter:tint", "#102030")]
    assert names(swatch)[0] == "Tint #102030"


def test_a_palette_grows_and_shrinks(desk: Desk) -> None:
    found = editor(desk, samples.MORE[6])
    click(found.add)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#3f9d5a", "#808080"))
    shade = Gdk.RGBA()
    shade.parse("#000001")
    found.swatches[1].set_rgba(shade)
    found.swatches[1].emit("color-set")
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#000001", "#808080"))
    click(found.remove)
    click(found.remove)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1",))
    assert [each.get_mapped() for each in found.swatches] == [True, False, False]


def test_a_line_of_text_and_a_path(desk: Desk) -> None:
    type_text(editor(desk, samples.MORE[4]).widget, "ab")
    assert last_edit(desk) == ("parameter:note", "ab")
    type_text(editor(desk, samples.MORE[7]).entry, "/a")
    assert last_edit(desk) == ("role:style", "/a")


def test_a_path_is_looked_for(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "ink.png"
    picture.touch()
    found = editor(desk, samples.MORE[7])
    click(found.browse)
    found.dialog.native.set_filename(str(picture))
    until(lambda: found.dialog.native.get_filename() == str(picture))
    found.dialog.native.emit("response", Gtk.ResponseType.ACCEPT)
    assert desk.told.edits == [("role:style", str(picture))]
    assert found.entry.get_text() == str(picture)


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


# -- keeping out of the way ------------------------------------------------------------------------


def test_what_is_being_typed_is_left_alone(desk: Desk) -> None:
    text = prompt(desk)
    type_text(text, "red velvt")
    press(text, "Left")
    place_of_cursor = text.get_buffer().get_property("cursor-position")
    assert place_of_cursor == len("red velv")
    for progress in (0.1, 0.2):
        running = replace(samples.RUNNING.progress, fraction=progress)
        field = replace(samples.PROMPT, value="red velvt")
        desk.show(replace(with_fields(field), progress=running))
    assert text.text() == "red velvt"
    assert text.get_buffer().get_property("cursor-position") == place_of_cursor


def test_no_letter_is_lost_while_models_arrive(desk: Desk) -> None:
    text = prompt(desk)
    for count, letter in enumerate("velvet"):
        type_text(text, letter)
        _, known = desk.told.edits[-1]
        assert isinstance(known, str)
        running = replace(samples.RUNNING.progress, fraction=count / 6)
        field = replace(samples.PROMPT, value=known, options=samples.PROMPT.options[: count % 3])
        desk.show(replace(with_fields(samples.TASK, field), progress=running))
    assert text.text() == "velvet"


def test_half_a_number_stays_while_models_arrive(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    retype(spin, "1")
    desk.show(replace(with_fields(samples.VARIATIONS), hint="Another"))
    type_text(spin, "2")
    press(spin, "Return")
    assert desk.told.edits == [("variations", 12)]


def test_a_field_that_stays_keeps_its_widget_and_the_focus_when_others_come(desk: Desk) -> None:
    text = prompt(desk)
    desk.show(with_fields(samples.TASK, samples.PROMPT, samples.STRENGTH))
    assert desk.view.form.main.row("prompt").editor.text is text
    assert desk.window.get_focus() is text
    rows = desk.view.form.main.rows
    tops = [place(each, desk.view)[1] for each in rows]
    assert tops == sorted(tops)


def test_a_corrected_value_is_written_back(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    spin.set_value(12)
    assert desk.told.edits == [("variations", 12)]
    desk.show(with_fields(replace(samples.VARIATIONS, value=8)))
    assert spin.get_value() == 8


@pytest.mark.parametrize("field", [samples.TASK, samples.VARIATIONS, samples.STRENGTH])
def test_the_wheel_scrolls_the_panel_and_turns_nothing(desk: Desk, field: Field) -> None:
    widget = editor(desk, field).focus
    desk.view.generate.grab_focus()
    settle()
    passed: list[bool] = []

    def scrolled(_view: object, _event: object) -> bool:
        passed.append(True)
        return False

    desk.view.connect("scroll-event", scrolled)
    roll(widget)
    assert desk.told.edits == []
    assert passed == [True]


def test_a_long_prompt_keeps_the_wheel_until_its_end(desk: Desk) -> None:
    prompt(desk, replace(samples.PROMPT, value="a line\n" * 12))
    frame = desk.view.form.main.row("prompt").editor.frame
    painted(desk.window)
    place_of_text = frame.get_vadjustment()
    assert place_of_text.get_upper() > place_of_text.get_page_size()
    passed: list[object] = []
    desk.view.connect("scroll-event", lambda _view, event: passed.append(event))
    place_of_text.set_value(0)
    roll(frame)
    assert passed == []
    place_of_text.set_value(place_of_text.get_upper())
    roll(frame)
    assert len(passed) == 1


def roll(widget: Gtk.Widget) -> None:
    inner = next((each for each in walked(widget) if isinstance(each, Gtk.Button)), widget)
    event = Gdk.Event.new(Gdk.EventType.SCROLL)
    event.set_device(widget.get_display().get_default_seat().get_pointer())
    event.scroll.window, event.scroll.direction = inner.get_window(), Gdk.ScrollDirection.DOWN
    Gtk.propagate_event(inner if isinstance(widget, Gtk.ComboBox) else widget, event)
    settle()


def test_a_label_lies_beside_its_field_or_over_it(open_desk: Callable[..., Desk]) -> None:
    field = replace(samples.MORE[4], label="What should not be seen in the result")
    for width, is_beside in ((240, False), (700, True)):
        desk = open_desk(width)
        editor(desk, field)
        row = desk.view.form.main.row(field.id)
        label, entry = place(row.label, row), place(row.editor.widget, row)
        assert (label[1] == entry[1]) == is_beside
        assert (entry[0] == 0) != is_beside


def test_fields_begin_in_a_line(open_desk: Callable[..., Desk]) -> None:
    view = open_desk(420).show(samples.IDLE)
    rows = [each for each in view.form.main.rows if each.label.get_mapped()]
    assert len({place(each.editor.widget, view)[0] for each in rows}) == 1


# -- the prompt ------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [SHIFT, CONTROL])
def test_enter_with_a_modifier_generates(desk: Desk, held: Gdk.ModifierType) -> None:
    text = prompt(desk)
    press(text, "Return", held)
    assert desk.told.actions == [(Action.GENERATE, "")]
    assert text.text() == ""


def test_enter_alone_is_a_new_line(desk: Desk) -> None:
    text = prompt(desk)
    press(text, "Return")
    assert text.text() == "\n"
    assert desk.told.actions == []


def test_enter_does_not_generate_what_cannot_be(desk: Desk) -> None:
    desk.show(samples.OFFLINE)
    press(desk.view.form.main.row("prompt").editor.text, "Return", CONTROL)
    assert desk.told.actions == []


def test_up_and_down_go_through_what_was_written_before(desk: Desk) -> None:
    text = prompt(desk)
    type_text(text, "new")
    seen = []
    for key in ("Up", "Up"):
        press(text, key)
        seen.append(text.text())
    assert seen == ["red velvet", "a brick wall\nwith ivy"]
    press(text, "Down")
    press(text, "Down")
    assert text.text() == "new"
    assert last_edit(desk) == ("prompt", "new")


def test_up_inside_of_a_text_moves_the_cursor(desk: Desk) -> None:
    text = prompt(desk, replace(samples.PROMPT, value="one\ntwo"))
    buffer = text.get_buffer()
    buffer.place_cursor(buffer.get_iter_at_offset(5))
    press(text, "Up")
    assert text.text() == "one\ntwo"
    assert buffer.get_property("cursor-position") < 4


def test_a_tab_leaves_the_prompt(desk: Desk) -> None:
    text = prompt(desk)
    press(text, "Tab")
    assert text.text() == ""
    assert desk.window.get_focus() is not text


def test_the_placeholder_goes_with_the_first_letter(desk: Desk) -> None:
    text = prompt(desk)
    found = desk.view.form.main.row("prompt").editor.placeholder
    assert found.get_mapped()
    type_text(text, "a")
    assert not found.get_mapped()
    press(text, "BackSpace")
    settle()
    assert found.get_mapped()


def test_the_prompt_can_be_pulled_taller(desk: Desk) -> None:
    prompt(desk)
    found = desk.view.form.main.row("prompt").editor
    before = found.frame.get_allocated_height()
    found.grip.pull(before + 60)
    settle()
    assert found.frame.get_allocated_height() == before + 60
    found.grip.pull(1)
    settle()
    assert found.frame.get_allocated_height() == before


def test_a_prompt_that_nothing_can_be_written_into_takes_one_line(desk: Desk) -> None:
    prompt(desk)
    found = desk.view.form.main.row("prompt").editor
    before = found.frame.get_allocated_height()
    desk.show(with_fields(replace(samples.PROMPT, enabled=False, reason="No engine reads.")))
    assert found.frame.get_allocated_height() < before
    assert not found.text.is_sensitive()
