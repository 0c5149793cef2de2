"""What is asked for, how it goes, and how things stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.hosts import samples
from velatura_plugin.ui.model import Action, Form, StatusLine, Tone


def test_generate_asks_once(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    desk.click(view.generate)
    assert desk.told.actions == [(Action.GENERATE, "")]


def test_a_disabled_button_says_why_and_asks_nothing(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    desk.click(view.generate)
    assert desk.told.actions == []
    assert desk.is_seen(view.reasons)
    assert desk.text(view.reasons) == "Start the engine first."
    assert desk.names(view.generate)[1] == "Start the engine first."


def test_tooltips_tell_what_cannot_be_read_already(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    assert desk.tooltip(view.generate) == "Start the engine first."
    assert desk.tooltip(view.tools.buttons[0]) == "History"
    desk.show(samples.IDLE)
    assert desk.tooltip(view.generate) in ("", samples.GENERATE.label)


def test_stop_is_there_while_anything_runs(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    desk.click(view.stop)
    assert desk.told.actions == [(Action.STOP, "")]
    desk.show(samples.IDLE)
    assert not desk.is_seen(view.stop)


def test_offline_offers_a_start(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    (start,) = (each for each in view.status.actions.buttons if desk.is_seen(each))
    desk.click(start)
    assert desk.told.actions == [(Action.START_BACKEND, "")]


def test_details_fold_out_of_the_status_word(desk: Desk) -> None:
    status = StatusLine("Off", Tone.ERROR, "It ended.", "line one\nline two")
    view = desk.show(replace(samples.IDLE, status=status))
    assert not desk.is_seen(view.status.details.text)
    desk.click(view.status.word)
    assert desk.text(view.status.details.text) == "line one\nline two"
    desk.click(view.status.details.fold)
    assert not desk.is_seen(view.status.details.text)


def test_the_word_tells_of_the_connection_also_when_all_is_well(desk: Desk) -> None:
    status = StatusLine("Ready", Tone.GOOD, detail="Plug-in 0.1\nEngine 0.1")
    view = desk.show(replace(samples.IDLE, status=status))
    assert not desk.is_seen(view.status.details)
    desk.click(view.status.word)
    assert desk.text(view.status.details.text) == "Plug-in 0.1\nEngine 0.1"
    desk.show(replace(samples.IDLE, status=replace(status, word="Working")))
    assert desk.is_seen(view.status.details.text)
    desk.click(view.status.details.fold)
    assert not desk.is_seen(view.status.details)


def test_one_line_that_has_to_be_typed_is_seen_at_once_and_copied(desk: Desk) -> None:
    status = StatusLine("Off", Tone.WARNING, "Run in a terminal:", "velatura serve")
    view = desk.show(replace(samples.IDLE, status=status))
    assert desk.is_seen(view.status.details.text)
    desk.click(view.status.details.copy)
    assert desk.clipboard() == "Run in a terminal:\n\nvelatura serve"


def test_the_menu_shows_reasons(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    entries = desk.entries(view.menu)
    assert [each.is_enabled for each in entries] == [True, False, True]
    assert "Only one layer is selected." in entries[1].text
    entries[0].choose()
    assert desk.told.actions == [(Action.REPEAT, "")]


def test_tools_have_names(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    tools = [each for each in view.tools.buttons if desk.is_seen(each)]
    assert [desk.names(each)[0] for each in tools] == ["History", "Settings"]
    assert [desk.text(each) for each in tools] == ["", ""], "they show signs"
    desk.click(tools[1])
    assert desk.told.actions == [(Action.OPEN_SETTINGS, "")]


def test_waiting_jobs_can_be_removed_one_by_one(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    desk.click(view.queue.rows[1].cancel)
    assert desk.told.actions == [(Action.CANCEL_JOB, "job-2")]
    assert desk.names(view.queue.rows[1].cancel) == ("Remove", "Fill: red velvet, 1 ahead")


def test_progress_with_and_without_an_end(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    assert desk.fraction(view.progress) == pytest.approx(0.4)
    unknown = replace(samples.RUNNING.progress, fraction=None)
    loading = replace(samples.RUNNING, progress=unknown)
    desk.show(loading)
    assert desk.fraction(view.progress) is None
    desk.show(samples.RUNNING)
    assert desk.fraction(view.progress) == pytest.approx(0.4)
    desk.show(loading)
    desk.show(samples.IDLE)
    assert not desk.is_seen(view.progress)
    assert desk.fraction(view.progress) is not None, "a bar that nobody sees wakes nobody"


def test_nothing_can_be_folded_out_of_an_empty_form(desk: Desk) -> None:
    view = desk.show(replace(samples.OFFLINE, form=Form()))
    assert not desk.is_seen(view.form.fold)


def test_escape_gives_the_focus_back_and_destroys_nothing(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    desk.press(view.generate, Key.ESCAPE)
    assert desk.told.left == 1
    assert desk.told.actions == []


def test_nothing_is_drawn_while_hidden_and_all_of_it_when_shown(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    desk.hide()
    view.render(samples.RUNNING)
    assert desk.status_word() == "Ready"
    desk.unhide()
    assert desk.status_word() == "Working"


def test_what_has_not_changed_is_not_touched(desk: Desk) -> None:
    """A poll that finds nothing new is not to lay out anything."""
    desk.show(samples.STAGING)
    desk.painted()
    widgets, layouts = list(desk.seen()), desk.layouts()
    desk.show(replace(samples.STAGING))
    desk.show(samples.STAGING)
    assert list(desk.seen()) == widgets
    assert layouts == []
    desk.show(samples.ERROR)
    assert layouts != []


def test_a_screen_reader_hears_of_phases(desk: Desk) -> None:
    for text in ("Working.", "Working.", "3 results."):
        view = desk.show(replace(samples.RUNNING, announcement=text))
        assert desk.announced() == text
        assert desk.is_seen(view.announcer)
