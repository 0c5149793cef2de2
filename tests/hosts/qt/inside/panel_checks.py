from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.hosts import samples
from tests.hosts.qt.inside.desk import Desk
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.ui.model import (
    Action,
    Control,
    Field,
    FieldKind,
    Form,
    History,
    HistoryItem,
    ModelItem,
    ModelsPage,
    NoticeBox,
    Option,
    Page,
    ProgressLine,
    StatusLine,
    Tone,
    Welcome,
)
from velatura_plugin.ui.qt.compat import (
    QAbstractSpinBox,
    QLabel,
    QPushButton,
    Qt,
    QToolButton,
    QWidget,
)
from velatura_plugin.ui.qt.measures import LEAST_TARGET
from velatura_plugin.ui.qt.panel import LEAST_WIDTH

LEFT = Qt.MouseButton.LeftButton


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    QTest.mouseClick(widget, LEFT)


def test_generate_asks_once(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    click(view.generate)
    assert desk.told.actions == [(Action.GENERATE, "")]


def test_a_disabled_button_says_why_and_asks_nothing(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    QTest.mouseClick(view.generate, LEFT)
    assert desk.told.actions == []
    assert view.reasons.isVisible()
    assert view.reasons.text() == "Start the engine first."
    assert view.generate.accessibleDescription() == "Start the engine first."


def test_stop_is_there_while_anything_runs(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    click(view.stop)
    assert desk.told.actions == [(Action.STOP, "")]
    desk.show(samples.IDLE)
    assert not view.stop.isVisible()


def test_offline_offers_a_start(desk: Desk) -> None:
    view = desk.show(samples.OFFLINE)
    (start,) = (each for each in view.status.actions.buttons if each.isVisible())
    click(start)
    assert desk.told.actions == [(Action.START_BACKEND, "")]


def test_details_fold_out_of_the_status_word(desk: Desk) -> None:
    status = StatusLine("Off", Tone.ERROR, "It ended.", "line one\nline two")
    view = desk.show(replace(samples.IDLE, status=status))
    assert not view.status.details.text.isVisible()
    click(view.status.word)
    assert view.status.details.text.text() == "line one\nline two"
    click(view.status.details.fold)
    assert not view.status.details.text.isVisible()


def test_the_word_tells_of_the_connection_also_when_all_is_well(desk: Desk) -> None:
    status = StatusLine("Ready", Tone.GOOD, detail="Plug-in 0.1\nEngine 0.1")
    view = desk.show(replace(samples.IDLE, status=status))
    assert not view.status.details.isVisible()
    click(view.status.word)
    assert view.status.details.text.text() == "Plug-in 0.1\nEngine 0.1"
    desk.show(replace(samples.IDLE, status=replace(status, word="Working")))
    assert view.status.details.text.isVisible()
    click(view.status.details.fold)
    assert not view.status.details.isVisible()


def test_one_line_that_has_to_be_typed_is_seen_at_once_and_copied(desk: Desk) -> None:
    status = StatusLine("Off", Tone.WARNING, "Run in a terminal:", "velatura serve")
    view = desk.show(replace(samples.IDLE, status=status))
    assert view.status.details.text.isVisible()
    click(view.status.details.copy)
    assert desk.application.clipboard().text() == "Run in a terminal:\n\nvelatura serve"


def test_the_menu_shows_reasons(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    entries = view.menu.menu().actions()
    assert [each.isEnabled() for each in entries] == [True, False, True]
    assert "Only one layer is selected." in entries[1].text()
    entries[0].trigger()
    assert desk.told.actions == [(Action.REPEAT, "")]


def test_a_notice_takes_no_place_until_there_is_one(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    assert not view.notice.isVisible()
    desk.show(samples.ERROR)
    assert view.notice.isVisible()
    assert "9.1 GB" in view.notice.text.text()
    assert view.notice.text.textFormat() == Qt.TextFormat.PlainText


def test_what_is_no_trouble_is_not_to_be_reported(desk: Desk) -> None:
    """Where results went that nobody accepted."""
    show = Control(Action.OPEN_HISTORY, "Show")
    box = NoticeBox("3 results discarded.", Tone.QUIET, (show,))
    view = desk.show(replace(samples.IDLE, notice=box))
    assert view.notice.isVisible()
    assert not view.notice.details.isVisible()
    desk.show(samples.ERROR)
    assert view.notice.details.isVisible()


def test_a_notice_is_about_its_job(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    again = view.notice.buttons.buttons[0]
    click(again)
    click(view.notice.close_button)
    assert desk.told.actions == [(Action.RETRY_JOB, "job-1"), (Action.DISMISS, "job-1")]


def test_a_notice_is_copied_with_its_details(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    click(view.notice.details.copy)
    assert desk.application.clipboard().text() == samples.ERROR.notice.text
    assert not view.notice.details.fold.isVisible()
    detailed = replace(samples.ERROR.notice, detail="out_of_memory\nvelatura 0.1.0")
    desk.show(replace(samples.ERROR, notice=detailed))
    click(view.notice.details.fold)
    assert view.notice.details.text.text() == detailed.detail
    click(view.notice.details.copy)
    assert desk.application.clipboard().text() == f"{detailed.text}\n\n{detailed.detail}"


def test_earlier_results_have_covers_and_can_be_taken_back(desk: Desk) -> None:
    back = Control(Action.RESTORE, "Take back")
    item = HistoryItem("job-9", "Remove (41)", "today", True, (back,), samples.picture())
    view = desk.show(replace(samples.IDLE, history=History("History", (item,))))
    (row,) = view.history.rows
    assert not row._cover.pixmap().isNull()
    click(row.buttons.buttons[0])
    assert desk.told.actions == [(Action.RESTORE, "job-9")]
    assert not view.form.isVisible()


def test_models_come_with_progress_and_are_asked_for(desk: Desk) -> None:
    get, stop = Control(Action.GET_MODEL, "Get (2.1 GB)"), Control(Action.STOP_MODEL, "Stop")
    coming = ModelItem("sd15", "SD", "Paints.", (stop,), ProgressLine("1 GB of 2 GB", 0.5), "url")
    offered = ModelItem("sdxl", "SDXL", "Paints more.", (get,), link="https://example.org")
    page = ModelsPage("Models", (coming, offered), close=Control(Action.CLOSE_MODELS, "Back"))
    view = desk.show(replace(samples.IDLE, models=page))
    first, second = view.models.rows
    assert first.progress.isVisible()
    assert first.progress.bar.value() == 500
    assert not second.progress.isVisible()
    assert not view.form.isVisible()
    click(first.buttons.buttons[0])
    click(second.buttons.buttons[0])
    assert desk.told.actions == [(Action.STOP_MODEL, "sd15"), (Action.GET_MODEL, "sdxl")]
    desk.show(replace(samples.IDLE, models=replace(page, items=(offered,))))
    assert not view.models.rows[1].isVisible()
    assert view.models.rows[0].model == "sdxl"
    desk.show(samples.IDLE)
    assert not view.models.isVisible()


def test_what_only_the_user_can_tell_of_a_model(desk: Desk) -> None:
    kinds = (Option("", "Not known"), Option("depth", "Depth"))
    field = Field("control_network:it", FieldKind.CHOICE, "Made for", "", options=kinds)
    told = ModelItem("it", "A network", "Own.", fields=(field,))
    plain = ModelItem("vae", "A VAE", "Own.")
    view = desk.show(replace(samples.IDLE, models=ModelsPage("Models", (told, plain))))
    first, second = view.models.rows
    assert first.fields.isVisible()
    assert not second.fields.isVisible()
    combo = first.fields.rows[0].editor.widget
    combo.setCurrentIndex(1)
    assert desk.told.edits == [("control_network:it", "depth")]


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
    assert not row.question.isVisible()
    click(row.buttons.buttons[0])
    desk.show(replace(samples.IDLE, history=History("History", items[1:])))
    assert not row.question.isVisible(), "it was about another"
    click(row.buttons.buttons[0])
    click(row.question.yes)
    assert desk.told.actions == [(Action.FORGET, "job-9")]


def test_waiting_jobs_can_be_removed_one_by_one(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    click(view.queue.rows[1].cancel)
    assert desk.told.actions == [(Action.CANCEL_JOB, "job-2")]


def test_progress_with_and_without_an_end(desk: Desk) -> None:
    view = desk.show(samples.RUNNING)
    assert (view.progress.bar.value(), view.progress.bar.maximum()) == (400, 1000)
    loading = replace(samples.RUNNING.progress, fraction=None)
    desk.show(replace(samples.RUNNING, progress=loading))
    assert view.progress.bar.maximum() == 0
    desk.show(samples.IDLE)
    assert not view.progress.isVisible()


def test_a_page_takes_the_place_of_the_form(desk: Desk) -> None:
    page = Page(
        "Settings", (("Previews", (samples.MORE[3],)),), ("Velatura 0.1.0",),
        (Control(Action.CLOSE_SETTINGS, "Done"),),
    )  # fmt: skip
    view = desk.show(replace(samples.IDLE, settings=page))
    assert not view.form.isVisible()
    assert view.settings.facts.text() == "Velatura 0.1.0"
    QTest.keyClick(view.settings.sections[0].rows[0].editor.widget, Qt.Key.Key_Space)
    assert desk.told.edits == [("parameter:seamless", False)]
    desk.show(samples.IDLE)
    assert view.form.isVisible()
    assert not view.settings.isVisible()


def test_the_first_run_has_one_button(desk: Desk) -> None:
    welcome = Welcome(("Nothing leaves this machine.",), Control(Action.INSTALL, "Install…"))
    view = desk.show(replace(samples.IDLE, welcome=welcome))
    click(view.welcome.button.buttons[0])
    assert desk.told.actions == [(Action.INSTALL, "")]


def test_the_first_runs_button_is_not_offered_twice(desk: Desk) -> None:
    start = Control(Action.START_BACKEND, "Start")
    view = desk.show(replace(samples.OFFLINE, welcome=Welcome(("A fact.",), start)))
    starts = [
        each for each in view.findChildren(QPushButton)
        if each.isVisible() and each.text() == "Start"
    ]  # fmt: skip
    assert starts == [view.welcome.button.buttons[0]]


def test_nothing_can_be_folded_out_of_an_empty_form(desk: Desk) -> None:
    view = desk.show(replace(samples.OFFLINE, form=Form()))
    assert not view.form.fold.isVisible()


def test_escape_gives_the_focus_back_and_destroys_nothing(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert desk.told.left == 1
    assert desk.told.actions == []


def test_nothing_is_drawn_while_hidden_and_all_of_it_when_shown(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    view.hide()
    view.render(samples.RUNNING)
    assert view.status.word.text() == "Ready"
    view.show()
    desk.settle()
    assert view.status.word.text() == "Working"


def test_a_screen_reader_hears_of_phases(desk: Desk) -> None:
    view = desk.show(replace(samples.RUNNING, announcement="Working."))
    assert view.announcer.text() == "Working."
    assert view.announcer.isVisible()


@pytest.mark.parametrize("name", samples.STATES)
@pytest.mark.parametrize("width", [LEAST_WIDTH, 420])
def test_nothing_is_wider_than_the_panel(
    open_desk: Callable[..., Desk], name: str, width: int
) -> None:
    view = open_desk(width).show(samples.STATES[name])
    body = view.widget()
    assert body.width() <= view.viewport().width()
    for each in body.findChildren(QWidget):
        if each.isVisible() and each.window() is view.window():
            right = each.mapTo(body, each.rect().topRight()).x()
            assert right <= body.width(), (type(each).__name__, each.accessibleName())


@pytest.mark.parametrize("name", samples.STATES)
def test_every_control_is_named_and_large_enough(desk: Desk, name: str) -> None:
    view = desk.show(samples.STATES[name])
    if not view.form.fold.isChecked():
        click(view.form.fold)
    desk.settle()
    for each in view.widget().findChildren(QWidget):
        is_inner = isinstance(each.parent(), QAbstractSpinBox)
        if each.focusPolicy() == Qt.FocusPolicy.NoFocus or not each.isVisible() or is_inner:
            continue
        if type(each).__name__ in ("QScrollArea", "QComboBoxListView"):
            continue
        assert each.accessibleName(), type(each).__name__
        assert each.height() >= LEAST_TARGET, each.accessibleName()


def test_labels_lead_to_their_fields(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    labels = [each for each in view.form.findChildren(QLabel) if each.isVisible() and each.buddy()]
    assert {each.text() for each in labels} == {"Task", "Engine", "Strength", "Variations"}


def test_a_tab_goes_through_the_panel_as_one_reads(desk: Desk) -> None:
    view = desk.show(samples.STAGING)
    view.activateWindow()
    view.status.word.setFocus()
    places: list[tuple[int, int]] = []
    for _ in range(60):
        focused = desk.application.focusWidget()
        place = focused.mapTo(view.widget(), focused.rect().topLeft())
        if places and (place.y(), place.x()) == places[0]:
            break
        places.append((place.y(), place.x()))
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert len(places) > 12
    # What lies on one line is read from the left; heights in a line differ a little.
    jumps = [(a, b) for a, b in itertools.pairwise(places) if b[0] < a[0] - 20]
    assert jumps == []


def test_right_to_left_is_mirrored(desk: Desk) -> None:
    desk.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    view = desk.show(samples.RUNNING)
    stop = view.stop.mapTo(view, view.stop.rect().center()).x()
    generate = view.generate.mapTo(view, view.generate.rect().center()).x()
    assert stop < generate


def test_tools_have_signs_and_names(desk: Desk) -> None:
    view = desk.show(samples.IDLE)
    tools = [each for each in view.tools.findChildren(QToolButton) if each.isVisible()]
    assert [each.accessibleName() for each in tools] == ["History", "Settings"]
    click(tools[1])
    assert desk.told.actions == [(Action.OPEN_SETTINGS, "")]
