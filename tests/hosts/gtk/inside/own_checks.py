"""What is of GTK alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Key
from tests.contracts.panel.forms import editor, prompt
from tests.contracts.panel.gallery_checks import NAMES, gallery, shown
from tests.hosts import samples
from tests.hosts.gtk.inside.desk import GtkDesk as Desk
from tests.hosts.gtk.inside.hands import press, settle, until
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk
from velatura_plugin.ui.model import Action, History, HistoryItem


def test_a_button_whose_words_are_seen_has_no_tooltip(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    assert view.generate.get_tooltip_text() is None


def test_tools_have_signs(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    tools = [each for each in view.tools.buttons if each.get_mapped()]
    assert len(tools) == 2
    assert all(isinstance(each.get_child(), Gtk.Image) for each in tools)


def test_the_panel_makes_its_window_no_wider(desk: Desk) -> None:
    for name in samples.STATES:
        desk.show(samples.STATES[name])
        assert desk.window.get_size()[0] == 300


def test_a_long_history_comes_bit_by_bit(desk: Desk) -> None:
    items = tuple(HistoryItem(f"job-{i}", f"Remove ({i})", "today") for i in range(40))
    desk.view.render(replace(samples.IDLE, history=History("History", items)))
    rows = desk.view.history.rows
    assert 0 < len(rows) < 40
    desk.view.render(replace(samples.IDLE, history=History("History", items[:30])))
    until(lambda: len(rows) == 30)
    assert [each.job for each in rows] == [each.job for each in items[:30]]
    assert rows[-1].get_mapped()


def test_a_panel_that_goes_while_its_history_comes_is_left_alone(desk: Desk) -> None:
    items = tuple(HistoryItem(f"job-{i}", f"Remove ({i})", "today") for i in range(40))
    desk.view.render(replace(samples.IDLE, history=History("History", items)))
    rows = desk.view.history.rows
    made = len(rows)
    desk.window.destroy()
    settle()
    assert len(rows) == made < 40


def test_whoever_shows_all_shows_no_more_than_there_is(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    desk.window.show_all()
    settle()
    assert not view.notice.get_mapped()
    assert not view.stop.get_mapped()


def test_a_screen_reader_hears_once_of_a_phase(desk: Desk) -> None:
    said: list[str] = []
    accessible = desk.view.announcer.get_accessible()
    accessible.connect("announcement", lambda _accessible, text: said.append(text))
    for text in ("Working.", "Working.", "3 results."):
        desk.show(replace(samples.RUNNING, announcement=text))
    assert said == ["Working.", "3 results."]


@pytest.mark.parametrize(("typed", "value"), [("99", 16), ("-3", 1)])
def test_what_leaves_the_range_is_put_right(desk: Desk, typed: str, value: int) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, typed)
    desk.press(spin, Key.ENTER)
    assert desk.text(spin) == str(value)
    assert desk.told.edits == [("variations", value)]


def test_the_placeholder_goes_with_the_first_letter(desk: Desk) -> None:
    text = prompt(desk)
    found = desk.view.form.main.row("prompt").editor.placeholder
    assert found.get_mapped()
    desk.type_text(text, "a")
    assert not found.get_mapped()
    desk.press(text, Key.BACKSPACE)
    assert found.get_mapped()


def test_each_letter_leads_to_the_next_name_that_begins_with_it(desk: Desk) -> None:
    found = shown(desk, gallery("0"))
    desk.gallery.begin(found)
    for key in ("m", "p", "p", "z"):
        press(desk.focused(), key)
    chosen = [NAMES[int(str(value))] for _, value in desk.told.edits]
    assert chosen == ["Mosaic", "Pastel", "Pixels"]


# -- letters with Alt ------------------------------------------------------------------------------


def alt(desk: Desk, letter: str) -> None:
    press(desk.window.get_focus() or desk.view.status.word, letter, Gdk.ModifierType.MOD1_MASK)


def marked(label: Gtk.Label) -> str:
    return chr(Gdk.keyval_to_unicode(label.get_mnemonic_keyval()))


def test_alt_and_a_letter_lead_to_what_is_seen(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    assert marked(view.generate.label) == "r", "it has the first choice"
    alt(desk, "r")
    until(lambda: desk.told.actions)  # GTK shows the button down for a moment first
    assert desk.told.actions == [(Action.GENERATE, "")]
    row = view.form.main.row("variations")
    alt(desk, marked(row.label))
    assert desk.window.get_focus() is row.editor.focus
    alt(desk, marked(view.form.fold.label))
    until(view.form.more.get_mapped)
    assert marked(view.form.more.row("parameter:seamless").editor.own_label)
    letters = [marked(each) for each in view._labels()]
    assert len(letters) == len(set(letters)) > 10


def test_letters_stay_while_models_arrive_and_follow_what_is_open(desk: Desk) -> None:
    strips = tuple(samples.strip(job=each) for each in ("old", "new"))
    view = desk.show(replace(samples.IDLE, strips=strips))
    accept = view.pile.boxes[1].beside[Action.ACCEPT]
    before = marked(accept.label)
    off = replace(samples.GENERATE, enabled=False, reason="Wait.")
    desk.show(replace(samples.IDLE, strips=strips, generate=off))
    assert marked(accept.label) == before
    assert marked(view.generate.label) == "r"
    desk.click(view.pile.heads[0].button)
    alt(desk, marked(view.pile.boxes[0].beside[Action.ACCEPT].label))
    until(lambda: desk.told.actions)
    assert desk.told.actions == [(Action.ACCEPT, "old")]
