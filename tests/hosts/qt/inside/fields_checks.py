from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hosts import samples
from tests.hosts.qt.inside.desk import Desk
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.i18n import load_translations
from velatura_plugin.ui.model import Action, Field, FieldKind, Form, Option, ViewModel
from velatura_plugin.ui.qt.compat import QEvent, QFileDialog, QPoint, Qt
from velatura_plugin.ui.qt.editors import Editor
from velatura_plugin.ui.qt.prompt import PromptEditor, PromptText

KEYS = Qt.Key


def with_fields(*fields: Field) -> ViewModel:
    return replace(samples.IDLE, form=Form(fields))


def editor(desk: Desk, field: Field) -> Editor:
    row = desk.show(with_fields(field)).form.main.row(field.id)
    assert row is not None
    return row.editor


def prompt(desk: Desk, field: Field = samples.PROMPT) -> PromptText:
    found = editor(desk, field)
    assert isinstance(found, PromptEditor)
    desk.view.activateWindow()
    found.text.setFocus()
    return found.text


def last_edit(desk: Desk) -> object:
    return desk.told.edits[-1]


# -- kinds -----------------------------------------------------------------------------------------


def test_a_choice_reports_its_id(desk: Desk) -> None:
    combo = editor(desk, samples.TASK).widget
    assert combo.currentText() == "Remove"
    QTest.keyClick(combo, KEYS.Key_Down)
    assert desk.told.edits == [("task", "fill")]


STYLE = Field(
    "role:style", FieldKind.CHOICE, "Style", "",
    options=(Option("", "None"), Option("layer", "Sky")),
    placeholder="Choose a file…",
)  # fmt: skip


def file_dialog(desk: Desk) -> QFileDialog:
    (dialog,) = [each for each in desk.view.findChildren(QFileDialog) if each.isVisible()]
    return dialog


def test_a_file_is_picked_in_a_dialog_that_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "oil.png"
    picture.touch()
    combo = editor(desk, STYLE).widget
    combo.setCurrentIndex(2)
    assert combo.currentText() == "None", "until there is one"
    assert desk.told.edits == []
    dialog = file_dialog(desk)
    assert not dialog.isModal()
    dialog.fileSelected.emit(str(picture))
    assert desk.told.edits == [("role:style", f"file:{picture}")]
    chosen = Option(f"file:{picture}", picture.name)
    options = (STYLE.options[0], chosen, STYLE.options[1])
    combo = editor(desk, replace(STYLE, value=chosen.id, options=options)).widget
    assert combo.currentText() == "oil.png"
    combo.setCurrentIndex(0)
    assert desk.told.edits[1:] == [("role:style", "")]


def test_a_dialog_that_is_left_changes_nothing(desk: Desk) -> None:
    combo = editor(desk, replace(STYLE, value="layer")).widget
    combo.setCurrentIndex(2)
    file_dialog(desk).reject()
    assert combo.currentText() == "Sky"
    assert desk.told.edits == []


def test_layers_in_groups_are_indented(desk: Desk) -> None:
    combo = editor(desk, replace(samples.MORE[-1], enabled=True)).widget
    texts = [combo.itemText(i) for i in range(combo.count())]
    assert [each.strip() for each in texts] == ["What is seen", "Group", "Wall"]
    assert texts[2] != texts[2].strip()
    assert texts[1] == texts[1].strip()


def test_an_integer_is_reported_once_it_is_whole(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "12")
    assert desk.told.edits == []
    QTest.keyClick(spin, KEYS.Key_Return)
    assert desk.told.edits == [("variations", 12)]


def test_a_number_that_is_still_being_typed_counts(desk: Desk) -> None:
    """A click on the button leaves the focus in the field."""
    spin = editor(desk, samples.VARIATIONS).widget
    desk.view.activateWindow()
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, "5")
    QTest.mouseClick(desk.view.generate, Qt.MouseButton.LeftButton)
    assert desk.told.edits == [("variations", 5)]
    assert desk.told.actions == [(Action.GENERATE, "")]
    assert spin.hasFocus()


def test_a_decimal_has_steps(desk: Desk) -> None:
    spin = editor(desk, samples.MORE[2]).widget
    QTest.keyClick(spin, KEYS.Key_Up)
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
    assert editor(desk, field).widget.text() == english
    spin = editor(open_desk(translations=load_translations("de")), field).widget
    assert spin.text() == german


def test_a_decimal_can_be_typed_with_the_comma(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(translations=load_translations("de"))
    spin = editor(desk, replace(samples.MORE[2], value=1, maximum=8)).widget
    spin.selectAll()
    QTest.keyClicks(spin, "2,5")
    QTest.keyClick(spin, KEYS.Key_Return)
    assert last_edit(desk) == ("parameter:detail", 2.5)


def test_slider_and_number_are_one(desk: Desk) -> None:
    found = editor(desk, samples.STRENGTH)
    QTest.keyClick(found.slider, KEYS.Key_Left)
    assert found.spin.value() == 79
    assert desk.told.edits == [("strength", 79)]


def test_a_switch(desk: Desk) -> None:
    box = editor(desk, samples.MORE[3]).widget
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(8, 16))
    assert desk.told.edits == [("parameter:seamless", False)]


def test_a_switch_is_met_anywhere_in_its_row(desk: Desk) -> None:
    box = editor(desk, samples.MORE[3]).widget
    place = QPoint(box.width() - 4, box.height() - 4)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert desk.told.edits == [("parameter:seamless", False)]


def test_the_seed_of_before_is_kept_where_the_dice_are_put_away(desk: Desk) -> None:
    """The grey number that is seen, not another."""
    found = editor(desk, replace(samples.MORE[0], placeholder="1623097757"))
    QTest.mouseClick(found.random, Qt.MouseButton.LeftButton)
    assert found.line.text() == "1623097757"
    assert last_edit(desk) == ("seed", 1623097757)


def test_a_seed_stays_in_its_range(desk: Desk) -> None:
    found = editor(desk, replace(samples.MORE[0], maximum=2**32 - 1))
    QTest.keyClicks(found.line, "42949672999")
    assert last_edit(desk) == ("seed", 429496729)
    assert found.line.text() == "429496729"


def test_the_dice_say_what_they_are_for(desk: Desk) -> None:
    found = editor(desk, replace(samples.MORE[0], placeholder="1623097757"))
    assert found.random.accessibleName() == "A new one each time"


def test_a_seed_is_kept_or_new(desk: Desk) -> None:
    found = editor(desk, samples.MORE[0])
    assert found.random.isChecked()
    QTest.keyClicks(found.line, "4x2")
    assert last_edit(desk) == ("seed", 42)
    desk.show(with_fields(replace(samples.MORE[0], value=42)))
    assert not found.random.isChecked()
    QTest.mouseClick(found.random, Qt.MouseButton.LeftButton)
    assert last_edit(desk) == ("seed", -1)


def test_a_palette_grows_and_shrinks(desk: Desk) -> None:
    found = editor(desk, samples.MORE[6])
    QTest.mouseClick(found.add, Qt.MouseButton.LeftButton)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#3f9d5a", "#808080"))
    QTest.mouseClick(found.remove, Qt.MouseButton.LeftButton)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#3f9d5a"))


def test_a_line_of_text_and_a_path(desk: Desk) -> None:
    QTest.keyClicks(editor(desk, samples.MORE[4]).widget, "ab")
    assert last_edit(desk) == ("parameter:note", "ab")
    QTest.keyClicks(editor(desk, samples.MORE[7]).line, "/a")
    assert last_edit(desk) == ("role:style", "/a")


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
    QTest.keyClicks(text, "red velvt")
    QTest.keyClick(text, KEYS.Key_Left)
    place = text.textCursor().position()
    for progress in (0.1, 0.2):
        running = replace(samples.RUNNING.progress, fraction=progress)
        field = replace(samples.PROMPT, value="red velvt")
        desk.show(replace(with_fields(field), progress=running))
    assert text.toPlainText() == "red velvt"
    assert text.textCursor().position() == place


def test_a_field_that_stays_keeps_its_widget_when_others_come(desk: Desk) -> None:
    text = prompt(desk)
    desk.show(with_fields(samples.TASK, samples.PROMPT, samples.STRENGTH))
    assert desk.view.form.main.row("prompt").editor.text is text


def test_a_corrected_value_is_written_back(desk: Desk) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    spin.setValue(12)
    assert desk.told.edits == [("variations", 12)]
    desk.show(with_fields(replace(samples.VARIATIONS, value=8)))
    assert spin.value() == 8


def test_the_wheel_scrolls_the_panel_and_turns_no_number(desk: Desk) -> None:
    shield, slider = desk.view._shield, editor(desk, samples.STRENGTH).slider
    desk.view.setFocus()

    class Turned:
        ignored = False

        def type(self) -> QEvent.Type:
            return QEvent.Type.Wheel

        def ignore(self) -> None:
            self.ignored = True

    event = Turned()
    assert shield.eventFilter(slider, event)
    assert event.ignored


# -- the prompt ------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", ["ShiftModifier", "ControlModifier"])
def test_enter_with_a_modifier_generates(desk: Desk, held: str) -> None:
    text = prompt(desk)
    QTest.keyClick(text, KEYS.Key_Return, getattr(Qt.KeyboardModifier, held))
    assert desk.told.actions == [(Action.GENERATE, "")]
    assert text.toPlainText() == ""


def test_enter_alone_is_a_new_line(desk: Desk) -> None:
    text = prompt(desk)
    QTest.keyClick(text, KEYS.Key_Return)
    assert text.toPlainText() == "\n"
    assert desk.told.actions == []


def test_enter_does_not_generate_what_cannot_be(desk: Desk) -> None:
    desk.show(samples.OFFLINE)
    text = desk.view.form.main.row("prompt").editor.text
    QTest.keyClick(text, KEYS.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.told.actions == []


def test_up_and_down_go_through_what_was_written_before(desk: Desk) -> None:
    text = prompt(desk)
    QTest.keyClicks(text, "new")
    seen = []
    for key in (KEYS.Key_Up, KEYS.Key_Up):
        QTest.keyClick(text, key)
        seen.append(text.toPlainText())
    assert seen == ["red velvet", "a brick wall\nwith ivy"]
    QTest.keyClick(text, KEYS.Key_Down)
    QTest.keyClick(text, KEYS.Key_Down)
    assert text.toPlainText() == "new"
    assert last_edit(desk) == ("prompt", "new")


def test_up_inside_of_a_text_moves_the_cursor(desk: Desk) -> None:
    text = prompt(desk, replace(samples.PROMPT, value="one\ntwo"))
    cursor = text.textCursor()
    cursor.setPosition(5)
    text.setTextCursor(cursor)
    QTest.keyClick(text, KEYS.Key_Up)
    assert text.toPlainText() == "one\ntwo"
    assert text.textCursor().position() < 4


def test_shortcuts_of_the_editor_do_not_reach_through(desk: Desk) -> None:
    text = prompt(desk)

    class Override:
        accepted = False

        def type(self) -> QEvent.Type:
            return QEvent.Type.ShortcutOverride

        def accept(self) -> None:
            self.accepted = True

    event = Override()
    assert desk.view._shield.eventFilter(text, event)
    assert event.accepted


def test_the_prompt_can_be_pulled_taller(desk: Desk) -> None:
    text = prompt(desk)
    before = text.height()
    text.set_height(before + 60)
    assert text.height() == before + 60
    text.set_height(1)
    assert text.height() == text.least_height() > 2 * text.fontMetrics().height()
