from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk, Held, Key
from tests.contracts.panel.forms import editor, last_edit, prompt, with_fields
from tests.hosts import samples
from velatura_plugin.ui.model import Action


@pytest.mark.parametrize("held", [Held.SHIFT, Held.CONTROL])
@pytest.mark.parametrize("key", [Key.ENTER, Key.PAD_ENTER])
def test_enter_with_a_modifier_generates(desk: Desk, held: Held, key: Key) -> None:
    text = prompt(desk)
    desk.press(text, key, held)
    assert desk.told.actions == [(Action.GENERATE, "")]
    assert desk.text(text) == ""


def test_enter_alone_is_a_new_line(desk: Desk) -> None:
    text = prompt(desk)
    desk.press(text, Key.ENTER)
    assert desk.text(text) == "\n"
    assert desk.told.actions == []


def test_enter_does_not_generate_what_cannot_be(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    desk.press(view.form.main.row("prompt").editor.text, Key.ENTER, Held.CONTROL)
    assert desk.told.actions == []


def test_up_and_down_go_through_what_was_written_before(desk: Desk) -> None:
    text = prompt(desk)
    desk.type_text(text, "new")
    seen = []
    for key in (Key.UP, Key.UP):
        desk.press(text, key)
        seen.append(desk.text(text))
    assert seen == ["red velvet", "a brick wall\nwith ivy"]
    desk.press(text, Key.DOWN)
    desk.press(text, Key.DOWN)
    assert desk.text(text) == "new"
    assert last_edit(desk) == ("prompt", "new")


def test_up_inside_of_a_text_moves_the_cursor(desk: Desk) -> None:
    text = prompt(desk, replace(samples.PROMPT, value="one\ntwo"))
    desk.fields.put_cursor(text, 5)
    desk.press(text, Key.UP)
    assert desk.text(text) == "one\ntwo"
    assert desk.fields.cursor(text) < 4


def test_a_tab_leaves_the_prompt(desk: Desk) -> None:
    text = prompt(desk)
    desk.press(text, Key.TAB)
    assert desk.text(text) == ""
    assert desk.focused() is not text


def test_the_prompt_can_be_pulled_taller(desk: Desk) -> None:
    found = editor(desk, samples.PROMPT)
    before = desk.fields.height(found)
    assert before > 2 * desk.fields.line_height(found)
    desk.fields.pull(found, before + 60)
    assert desk.fields.height(found) == before + 60
    desk.fields.pull(found, 1)
    assert desk.fields.height(found) == before


def test_a_prompt_that_nothing_can_be_written_into_takes_one_line(desk: Desk) -> None:
    found = editor(desk, samples.PROMPT)
    before = desk.fields.height(found)
    desk.show(with_fields(replace(samples.PROMPT, enabled=False, reason="No engine reads.")))
    assert desk.fields.height(found) < before
    assert not desk.is_enabled(found.text)


def test_a_long_prompt_keeps_the_wheel_until_its_end(desk: Desk) -> None:
    found = editor(desk, replace(samples.PROMPT, value="a line\n" * 12))
    desk.focus(found.text)
    desk.painted()
    desk.fields.roll_to(found, end=False)
    assert not desk.roll(found.text)
    desk.fields.roll_to(found, end=True)
    assert desk.roll(found.text)
