"""What takes the place of the form: earlier results, models, settings, the first run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.hosts import samples
from velatura_plugin.ui.model import (
    Action,
    Control,
    Field,
    FieldKind,
    History,
    HistoryItem,
    ModelItem,
    ModelsPage,
    Option,
    Page,
    ProgressLine,
    Welcome,
)


def test_earlier_results_have_covers_and_can_be_taken_back(desk: Desk) -> None:
    back = Control(Action.RESTORE, "Take back")
    item = HistoryItem("job-9", "Remove (41)", "today", True, (back,), samples.picture())
    view = desk.show(replace(samples.IDLE, history=History("History", (item,))))
    (row,) = view.history.rows
    assert desk.has_cover(row)
    desk.click(row.buttons.buttons[0])
    assert desk.told.actions == [(Action.RESTORE, "job-9")]
    assert not desk.is_seen(view.form)


def test_a_result_without_a_picture_has_no_cover(desk: Desk) -> None:
    item = HistoryItem("job-9", "Remove (41)", "today")
    view = desk.show(replace(samples.IDLE, history=History("History", (item,))))
    assert not desk.has_cover(view.history.rows[0])


def test_deleting_earlier_results_asks_in_their_row(desk: Desk) -> None:
    delete = Control(Action.FORGET, "Delete")
    items = tuple(
        HistoryItem(job, "Remove", "today", controls=(delete,), question="Delete 3 results?")
        for job in ("job-8", "job-9")
    )
    view = desk.show(replace(samples.IDLE, history=History("History", items)))
    row = view.history.rows[0]
    desk.click(row.buttons.buttons[0])
    assert desk.told.actions == []
    desk.click(row.question.no)
    assert not desk.is_seen(row.question)
    desk.click(row.buttons.buttons[0])
    desk.show(replace(samples.IDLE, history=History("History", items[1:])))
    assert not desk.is_seen(row.question), "it was about another"
    desk.click(row.buttons.buttons[0])
    desk.click(row.question.yes)
    assert desk.told.actions == [(Action.FORGET, "job-9")]


def test_models_come_with_progress_and_are_asked_for(desk: Desk) -> None:
    get, stop = Control(Action.GET_MODEL, "Get (2.1 GB)"), Control(Action.STOP_MODEL, "Stop")
    coming = ModelItem("sd15", "SD", "Paints.", (stop,), ProgressLine("1 GB of 2 GB", 0.5), "url")
    offered = ModelItem("sdxl", "SDXL", "Paints more.", (get,), link="https://example.org")
    page = ModelsPage("Models", (coming, offered), close=Control(Action.CLOSE_MODELS, "Back"))
    view = desk.show(replace(samples.IDLE, models=page))
    first, second = view.models.rows
    assert desk.is_seen(first.progress)
    assert desk.fraction(first.progress) == pytest.approx(0.5)
    assert not desk.is_seen(second.progress)
    assert not desk.is_seen(view.form)
    desk.click(first.buttons.buttons[0])
    desk.click(second.buttons.buttons[0])
    assert desk.told.actions == [(Action.STOP_MODEL, "sd15"), (Action.GET_MODEL, "sdxl")]
    desk.show(replace(samples.IDLE, models=replace(page, items=(offered,))))
    assert not desk.is_seen(view.models.rows[1])
    assert view.models.rows[0].model == "sdxl"
    desk.show(samples.IDLE)
    assert not desk.is_seen(view.models)


def test_what_only_the_user_can_tell_of_a_model(desk: Desk) -> None:
    kinds = (Option("", "Not known"), Option("depth", "Depth"))
    field = Field("control_network:it", FieldKind.CHOICE, "Made for", "", options=kinds)
    told = ModelItem("it", "A network", "Own.", fields=(field,))
    plain = ModelItem("vae", "A VAE", "Own.")
    view = desk.show(replace(samples.IDLE, models=ModelsPage("Models", (told, plain))))
    first, second = view.models.rows
    assert desk.is_seen(first.fields)
    assert not desk.is_seen(second.fields)
    desk.fields.choose(first.fields.rows[0].editor, 1)
    assert desk.told.edits == [("control_network:it", "depth")]


def test_removing_a_model_asks_in_its_row(desk: Desk) -> None:
    remove = Control(Action.REMOVE_MODEL, "Remove")
    item = ModelItem("vae", "A VAE", "Own.", (remove,), question="Delete it?")
    view = desk.show(replace(samples.IDLE, models=ModelsPage("Models", (item,))))
    (row,) = view.models.rows
    desk.click(row.buttons.buttons[0])
    assert desk.told.actions == []
    desk.click(row.question.yes)
    assert desk.told.actions == [(Action.REMOVE_MODEL, "vae")]


def test_a_page_takes_the_place_of_the_form(desk: Desk) -> None:
    page = Page(
        "Settings", (("Previews", (samples.MORE[3],)),), ("Velatura 0.1.0",),
        (Control(Action.CLOSE_SETTINGS, "Done"),),
    )  # fmt: skip
    view = desk.show(replace(samples.IDLE, settings=page))
    assert not desk.is_seen(view.form)
    assert desk.text(view.settings.facts) == "Velatura 0.1.0"
    desk.press(view.settings.sections[0].rows[0].editor.focus, Key.SPACE)
    assert desk.told.edits == [("parameter:seamless", False)]
    desk.show(samples.IDLE)
    assert desk.is_seen(view.form)
    assert not desk.is_seen(view.settings)


def test_the_first_run_has_one_button(desk: Desk) -> None:
    welcome = Welcome(("Nothing leaves this machine.",), Control(Action.INSTALL, "Install…"))
    view = desk.show(replace(samples.IDLE, welcome=welcome))
    desk.click(view.welcome.button.buttons[0])
    assert desk.told.actions == [(Action.INSTALL, "")]


def test_the_first_runs_button_is_not_offered_twice(desk: Desk) -> None:
    start = Control(Action.START_BACKEND, "Start")
    view = desk.show(replace(samples.OFFLINE, welcome=Welcome(("A fact.",), start)))
    starts = [each for each in desk.stops() if desk.names(each)[0] == "Start"]
    assert starts == [view.welcome.button.buttons[0]]
