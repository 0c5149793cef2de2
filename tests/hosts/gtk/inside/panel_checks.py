from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.hosts import samples
from tests.hosts.gtk.inside.desk import (
    Desk,
    click,
    names,
    painted,
    place,
    press,
    settle,
    until,
    walked,
)
from tests.hosts.pseudo import lengthened
from velatura_plugin.i18n import PSEUDO, load_translations
from velatura_plugin.ui.gtk.measures import LEAST_TARGET, LEAST_WIDTH
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk
from velatura_plugin.ui.model import (
    Action,
    Control,
    Form,
    History,
    HistoryItem,
    ModelItem,
    ModelsPage,
    NoticeBox,
    Page,
    ProgressLine,
    StatusLine,
    Tone,
    Welcome,
)


def copied() -> str:
    return str(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())


def test_generate_asks_once(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    click(view.generate)
    assert desk.told.actions == [(Action.GENERATE, "")]


def test_a_disabled_button_says_why_and_asks_nothing(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    click(view.generate)
    assert desk.told.actions == []
    assert view.reasons.get_mapped()
    assert view.reasons.get_text() == "Start the engine first."
    assert names(view.generate)[1] == "Start the engine first."


def test_tooltips_tell_what_cannot_be_read_already(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    assert view.generate.get_tooltip_text() == "Start the engine first."
    assert view.tools.buttons[0].get_tooltip_text() == "History"
    desk.show(samples.IDLE)
    assert view.generate.get_tooltip_text() is None


def test_stop_is_there_while_anything_runs(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    click(view.stop)
    assert desk.told.actions == [(Action.STOP, "")]
    desk.show(samples.IDLE)
    assert not view.stop.get_mapped()


def test_offline_offers_a_start(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    (start,) = (each for each in view.status.actions.buttons if each.get_mapped())
    click(start)
    assert desk.told.actions == [(Action.START_BACKEND, "")]


def test_details_fold_out_of_the_status_word(desk: Desk) -> None:
    status = StatusLine("Off", Tone.ERROR, "It ended.", "line one\nline two")
    view = desk.show(replace(samples.IDLE, status=status))
    assert not view.status.details.text.get_mapped()
    click(view.status.word)
    assert view.status.details.text.get_text() == "line one\nline two"
    click(view.status.details.fold)
    assert not view.status.details.text.get_mapped()


def test_the_word_tells_of_the_connection_also_when_all_is_well(desk: Desk) -> None:
    status = StatusLine("Ready", Tone.GOOD, detail="Plug-in 0.1\nEngine 0.1")
    view = desk.show(replace(samples.IDLE, status=status))
    assert not view.status.details.get_mapped()
    click(view.status.word)
    assert view.status.details.text.get_text() == "Plug-in 0.1\nEngine 0.1"
    desk.show(replace(samples.IDLE, status=replace(status, word="Working")))
    assert view.status.details.text.get_mapped()
    click(view.status.details.fold)
    assert not view.status.details.get_mapped()


def test_one_line_that_has_to_be_typed_is_seen_at_once_and_copied(desk: Desk) -> None:
    status = StatusLine("Off", Tone.WARNING, "Run in a terminal:", "velatura serve")
    view = desk.show(replace(samples.IDLE, status=status))
    assert view.status.details.text.get_mapped()
    click(view.status.details.copy)
    assert copied() == "Run in a terminal:\n\nvelatura serve"


def test_the_menu_shows_reasons(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    entries = view.menu.entries()
    assert [each.get_sensitive() for each in entries] == [True, False, True]
    assert "Only one layer is selected." in entries[1].get_label()
    entries[0].activate()
    assert desk.told.actions == [(Action.REPEAT, "")]


def test_a_notice_takes_no_place_until_there_is_one(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    assert not view.notice.get_mapped()
    desk.show(samples.ERROR)
    assert view.notice.get_mapped()
    assert "9.1 GB" in view.notice.text.get_text()


def test_what_is_said_is_never_markup(desk: Desk) -> None:
    text = "<b>CMYK</b> & <i>Lab"
    view = desk.show(replace(samples.ERROR, notice=replace(samples.ERROR.notice, text=text)))
    assert view.notice.text.get_text() == text


def test_what_is_no_trouble_is_not_to_be_reported(desk: Desk) -> None:
    """Where results went that nobody accepted."""
    show = Control(Action.OPEN_HISTORY, "Show")
    box = NoticeBox("3 results discarded.", Tone.QUIET, (show,))
    view = desk.show(replace(samples.IDLE, notice=box))
    assert view.notice.buttons.get_mapped()
    assert not view.notice.details.copy.get_mapped()
    desk.show(samples.ERROR)
    assert view.notice.details.copy.get_mapped()


def test_a_notice_is_about_its_job(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    click(view.notice.buttons.buttons[0])
    click(view.notice.close_button)
    assert desk.told.actions == [(Action.RETRY_JOB, "job-1"), (Action.DISMISS, "job-1")]
    assert names(view.notice.close_button)[0] == "Dismiss"


def test_a_notice_is_copied_with_its_details(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    click(view.notice.details.copy)
    assert copied() == samples.ERROR.notice.text
    assert not view.notice.details.fold.get_mapped()
    detailed = replace(samples.ERROR.notice, detail="out_of_memory\nvelatura 0.1.0")
    desk.show(replace(samples.ERROR, notice=detailed))
    click(view.notice.details.fold)
    assert view.notice.details.text.get_text() == detailed.detail
    click(view.notice.details.copy)
    assert copied() == f"{detailed.text}\n\n{detailed.detail}"


def test_earlier_results_have_covers_and_can_be_taken_back(desk: Desk) -> None:
    back = Control(Action.RESTORE, "Take back")
    item = HistoryItem("job-9", "Remove (41)", "today", True, (back,), samples.picture())
    view = desk.show(replace(samples.IDLE, history=History("History", (item,))))
    (row,) = view.history.rows
    assert not row.cover.is_empty
    click(row.buttons.buttons[0])
    assert desk.told.actions == [(Action.RESTORE, "job-9")]
    assert not view.form.get_mapped()


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


def test_models_come_with_progress_and_are_asked_for(desk: Desk) -> None:
    get, stop = Control(Action.GET_MODEL, "Get (2.1 GB)"), Control(Action.STOP_MODEL, "Stop")
    coming = ModelItem("sd15", "SD", "Paints.", (stop,), ProgressLine("1 GB of 2 GB", 0.5), "url")
    offered = ModelItem("sdxl", "SDXL", "Paints more.", (get,), link="https://example.org")
    page = ModelsPage("Models", (coming, offered), close=Control(Action.CLOSE_MODELS, "Back"))
    view = desk.show(replace(samples.IDLE, models=page))
    first, second = view.models.rows
    assert first.progress.get_mapped()
    assert first.progress.bar.get_fraction() == 0.5
    assert not second.progress.get_mapped()
    assert not view.form.get_mapped()
    click(first.buttons.buttons[0])
    click(second.buttons.buttons[0])
    assert desk.told.actions == [(Action.STOP_MODEL, "sd15"), (Action.GET_MODEL, "sdxl")]
    desk.show(replace(samples.IDLE, models=replace(page, items=(offered,))))
    assert not view.models.rows[1].get_mapped()
    assert view.models.rows[0].model == "sdxl"
    desk.show(samples.IDLE)
    assert not view.models.get_mapped()


def test_removing_a_model_asks_in_its_row(desk: Desk) -> None:
    remove = Control(Action.REMOVE_MODEL, "Remove")
    item = ModelItem("vae", "A VAE", "Own.", (remove,), question="Delete it?")
    view = desk.show(replace(samples.IDLE, models=ModelsPage("Models", (item,))))
    (row,) = view.models.rows
    click(row.buttons.buttons[0])
    assert desk.told.actions == []
    click(row.question.yes)
    assert desk.told.actions == [(Action.REMOVE_MODEL, "vae")]


def test_deleting_earlier_results_asks_in_their_row(desk: Desk) -> None:
    delete = Control(Action.FORGET, "Delete")
    items = tuple(
        HistoryItem(job, "Remove", "today", controls=(delete,), question="Delete 3 results?")
        for job in ("job-8", "job-9")
    )
    view = desk.show(replace(samples.IDLE, history=History("History", items)))
    row = view.history.rows[0]
    click(row.buttons.buttons[0])
    assert desk.told.actions == []
    click(row.question.no)
    assert not row.question.get_mapped()
    click(row.buttons.buttons[0])
    desk.show(replace(samples.IDLE, history=History("History", items[1:])))
    assert not row.question.get_mapped(), "it was about another"
    click(row.buttons.buttons[0])
    click(row.question.yes)
    assert desk.told.actions == [(Action.FORGET, "job-9")]


def test_waiting_jobs_can_be_removed_one_by_one(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    click(view.queue.rows[1].cancel)
    assert desk.told.actions == [(Action.CANCEL_JOB, "job-2")]
    assert names(view.queue.rows[1].cancel) == ("Remove", "Fill: red velvet, 1 ahead")


def test_progress_with_and_without_an_end(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    assert view.progress.bar.get_fraction() == pytest.approx(0.4)
    loading = replace(samples.RUNNING.progress, fraction=None)
    desk.show(replace(samples.RUNNING, progress=loading))
    assert view.progress.is_beating
    desk.show(samples.RUNNING)
    assert not view.progress.is_beating
    desk.show(replace(samples.RUNNING, progress=loading))
    desk.show(samples.IDLE)
    assert not view.progress.get_mapped()
    assert not view.progress.is_beating, "a bar that nobody sees wakes nobody"


def test_a_page_takes_the_place_of_the_form(desk: Desk) -> None:
    page = Page(
        "Settings", (("Previews", (samples.MORE[3],)),), ("Velatura 0.1.0",),
        (Control(Action.CLOSE_SETTINGS, "Done"),),
    )  # fmt: skip
    view = desk.show(replace(samples.IDLE, settings=page))
    assert not view.form.get_mapped()
    assert view.settings.facts.get_text() == "Velatura 0.1.0"
    press(view.settings.sections[0].rows[0].editor.focus, "space")
    assert desk.told.edits == [("parameter:seamless", False)]
    desk.show(samples.IDLE)
    assert view.form.get_mapped()
    assert not view.settings.get_mapped()


def test_the_first_run_has_one_button(desk: Desk) -> None:
    welcome = Welcome(("Nothing leaves this machine.",), Control(Action.INSTALL, "Install…"))
    view = desk.show(replace(samples.IDLE, welcome=welcome))
    click(view.welcome.button.buttons[0])
    assert desk.told.actions == [(Action.INSTALL, "")]


def test_the_first_runs_button_is_not_offered_twice(desk: Desk) -> None:
    start = Control(Action.START_BACKEND, "Start")
    view = desk.show(replace(samples.OFFLINE, welcome=Welcome(("A fact.",), start)))
    starts = [
        each for each in walked(view)
        if isinstance(each, Gtk.Button) and names(each)[0] == "Start"
    ]  # fmt: skip
    assert starts == [view.welcome.button.buttons[0]]


def test_nothing_can_be_folded_out_of_an_empty_form(desk: Desk) -> None:
    view = desk.show(replace(samples.OFFLINE, form=Form()))
    assert not view.form.fold.get_mapped()


def test_escape_gives_the_focus_back_and_destroys_nothing(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    press(view.generate, "Escape")
    assert desk.told.left == 1
    assert desk.told.actions == []


def test_nothing_is_drawn_while_hidden_and_all_of_it_when_shown(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    desk.window.hide()
    view.render(samples.RUNNING)
    assert view.status.shown_word() == "Ready"
    desk.window.show()
    settle()
    assert view.status.shown_word() == "Working"


def test_whoever_shows_all_shows_no_more_than_there_is(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    desk.window.show_all()
    settle()
    assert not view.notice.get_mapped()
    assert not view.stop.get_mapped()


def test_what_has_not_changed_is_not_touched(desk: Desk) -> None:
    """A poll that finds nothing new is not to lay out anything."""
    view = desk.show(samples.STAGING)
    widgets = list(walked(view))
    resized: list[object] = []
    view.body.connect("check-resize", resized.append)
    desk.show(replace(samples.STAGING))
    desk.show(samples.STAGING)
    assert list(walked(view)) == widgets
    assert resized == []


def test_a_screen_reader_hears_of_phases(desk: Desk) -> None:
    said: list[str] = []
    accessible = desk.view.announcer.get_accessible()
    accessible.connect("announcement", lambda _accessible, text: said.append(text))
    for text in ("Working.", "Working.", "3 results."):
        desk.show(replace(samples.RUNNING, announcement=text))
    assert said == ["Working.", "3 results."]
    assert accessible.get_name() == "3 results."


@pytest.mark.parametrize("name", samples.STATES)
@pytest.mark.parametrize("width", [LEAST_WIDTH, 420])
@pytest.mark.parametrize("words", ["english", "longer"])
def test_nothing_is_wider_than_the_panel(
    open_desk: Callable[..., Desk], name: str, width: int, words: str
) -> None:
    is_longer = words == "longer"
    desk = open_desk(width, load_translations(PSEUDO if is_longer else "en"))
    model = samples.STATES[name]
    view = desk.show(lengthened(model) if is_longer else model)
    view.form.fold.set_active(True)
    settle()
    painted(desk.window)
    assert desk.window.get_size()[0] == width
    for each in walked(view.body):
        left, _ = place(each, view.body)
        right = left + each.get_allocated_width()
        assert left >= 0, type(each).__name__
        assert right <= view.body.get_allocated_width(), (type(each).__name__, names(each))


@pytest.mark.parametrize("name", samples.STATES)
def test_every_control_is_named_and_large_enough(desk: Desk, name: str) -> None:
    view = desk.show(samples.STATES[name])
    view.form.fold.set_active(True)
    settle()
    for each in walked(view.body):
        if not each.get_can_focus() or isinstance(each, Gtk.ScrolledWindow | Gtk.Label):
            continue
        if isinstance(each.get_parent(), Gtk.ComboBox):
            continue
        assert names(each)[0], type(each).__name__
        assert each.get_allocated_height() >= LEAST_TARGET, names(each)


def test_labels_lead_to_their_fields(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    rows = [each for each in view.form.main.rows if each.label.get_mapped()]
    assert [each.label.get_text() for each in rows] == ["Task", "Engine", "Strength", "Variations"]
    assert all(each.label.get_mnemonic_widget() is each.editor.focus for each in rows)


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
    click(view.pile.heads[0].button)
    alt(desk, marked(view.pile.boxes[0].beside[Action.ACCEPT].label))
    until(lambda: desk.told.actions)
    assert desk.told.actions == [(Action.ACCEPT, "old")]


def test_a_tab_goes_through_the_panel_as_one_reads(desk: Desk) -> None:
    view = desk.show(samples.STAGING)
    view.status.word.grab_focus()
    places: list[tuple[int, int]] = []
    for _ in range(60):
        focused = desk.window.get_focus()
        left, top = place(focused, view.body)
        if places and (top, left) == places[0]:
            break
        places.append((top, left))
        press(focused, "Tab")
    assert len(places) > 12
    # What lies on one line is read from the left; heights in a line differ a little.
    jumps = [(a, b) for a, b in itertools.pairwise(places) if b[0] < a[0] - 20]
    assert jumps == []


def test_right_to_left_is_mirrored(open_desk: Callable[..., Desk]) -> None:
    Gtk.Widget.set_default_direction(Gtk.TextDirection.RTL)
    try:
        view = open_desk(420).show(samples.RUNNING)
        settle()
        assert place(view.stop, view)[0] < place(view.generate, view)[0]
        row = view.form.main.row("strength")
        assert place(row.label, view)[0] > place(row.editor.widget, view)[0]
    finally:
        Gtk.Widget.set_default_direction(Gtk.TextDirection.LTR)


def test_stop_goes_under_the_button_where_there_is_no_room(
    open_desk: Callable[..., Desk],
) -> None:
    long = replace(samples.RUNNING.generate, label="Replace the background of this")
    narrow = open_desk(LEAST_WIDTH).show(replace(samples.RUNNING, generate=long))
    assert place(narrow.stop, narrow)[1] > place(narrow.generate, narrow)[1]
    wide = open_desk(480).show(replace(samples.RUNNING, generate=long))
    assert place(wide.stop, wide)[1] == place(wide.generate, wide)[1]


def test_tools_have_signs_and_names(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    tools = [each for each in view.tools.buttons if each.get_mapped()]
    assert [names(each)[0] for each in tools] == ["History", "Settings"]
    assert all(isinstance(each.get_child(), Gtk.Image) for each in tools)
    click(tools[1])
    assert desk.told.actions == [(Action.OPEN_SETTINGS, "")]
