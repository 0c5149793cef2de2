"""A panel on a view of a few lines: what a user presses, over the whole plug-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.desk import REMOVE, Desk
from tests.plugin.scripted import Script
from velatura_plugin.app import App, Dialler
from velatura_plugin.events import Link
from velatura_plugin.features.history import DocumentHistory
from velatura_plugin.features.retouch import Retouch
from velatura_plugin.launcher import Launcher
from velatura_plugin.settings import Settings, SettingsStore
from velatura_plugin.ui.model import Action, Strip, ViewModel
from velatura_plugin.ui.panel import Panel
from velatura_plugin.ui.studio import Studio
from velatura_plugin.ui.view import Asked, Chosen, Edited
from velatura_protocol.errors import WorkerLost


class Screen:
    """A view that remembers."""

    def __init__(self) -> None:
        self.models: list[ViewModel] = []
        self.press: Asked = lambda action, job: None
        self.edit: Edited = lambda field, value: None
        self.choose: Chosen = lambda job, index: None

    def render(self, model: ViewModel) -> None:
        self.models.append(model)

    def on_action(self, asked: Asked) -> None:
        self.press = asked

    def on_edit(self, edited: Edited) -> None:
        self.edit = edited

    def on_choose(self, chosen: Chosen) -> None:
        self.choose = chosen

    @property
    def model(self) -> ViewModel:
        return self.models[-1]

    @property
    def strip(self) -> Strip:
        (strip,) = self.model.strips
        return strip


class Bench:
    def __init__(self, tmp_path: Path) -> None:
        self.desk = Desk(Script())
        launcher = Launcher(tmp_path)
        controller, client = self.desk.controller, self.desk.client
        self.app = App(
            controller,
            client,
            launcher,
            Dialler(launcher, Settings()),
            Retouch(controller),
            DocumentHistory(controller, client),
        )
        self.screen = Screen()
        self.installed: list[int] = []
        self.studio = Studio(self.app, SettingsStore(tmp_path))
        self.panel = self.open()

    def open(self) -> Panel:
        return Panel(self.studio, self.screen, install=lambda: self.installed.append(1))

    def press(self, action: Action) -> None:
        """Pressed only if the panel has it, and on."""
        model = self.screen.model
        controls = [model.generate, *model.status.actions]
        controls += [model.stop] if model.stop else []
        controls += model.notice.actions if model.notice else ()
        for strip in model.strips:
            controls += strip.controls
        (control,) = [each for each in controls if each.action is action]
        assert control.enabled, control.reason
        job = model.notice.job if model.notice and action is Action.RETRY_JOB else ""
        self.screen.press(action, job or (model.strips[0].job if model.strips else ""))

    def generate(self) -> None:
        self.press(Action.GENERATE)
        self.desk.until(lambda: self.screen.model.progress is None)

    @property
    def layers(self) -> list[str]:
        (document,) = self.desk.host.documents.values()
        return [each.name for each in document.contents.layers]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.desk.open()
    bench.desk.connect()
    bench.screen.edit("variations", 2)
    bench.screen.edit("seed", 10)
    yield bench
    bench.panel.close()
    bench.desk.close()


def test_generate_choose_accept(bench: Bench) -> None:
    assert bench.screen.model.generate.label == "Remove selection"
    bench.generate()
    assert bench.screen.strip.position == "1 of 2"
    bench.press(Action.NEXT)
    assert bench.screen.strip.position == "2 of 2"
    bench.press(Action.PREVIOUS)
    bench.press(Action.ACCEPT)
    assert bench.screen.model.strips == ()
    assert bench.layers == ["Background", "Remove (10)"]


def test_compare_is_a_switch(bench: Bench) -> None:
    bench.generate()
    assert bench.layers == ["Background", "[Preview] result"]
    bench.press(Action.COMPARE)
    assert bench.layers == ["Background"]
    bench.press(Action.COMPARE)
    assert bench.layers == ["Background", "[Preview] result"]


def test_copies_and_all(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.ACCEPT_COPY)
    assert [each.is_kept for each in bench.screen.strip.thumbnails] == [True, False]
    bench.press(Action.ACCEPT_ALL)
    assert bench.layers == ["Background", "Remove (10)", "Remove (11)"]


def test_discards(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.DISCARD)
    assert [each.index for each in bench.screen.strip.thumbnails] == [1]
    bench.press(Action.DISCARD_ALL)
    assert bench.layers == ["Background"]


def test_more_opens_a_second_strip(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.MORE)
    bench.desk.until(lambda: len(bench.screen.model.strips) == 2)
    assert [each.title for each in bench.screen.model.strips] == ["Remove (10)", "Remove (12)"]


def test_stop_and_try_again(bench: Bench) -> None:
    bench.desk.backend.script.failure = WorkerLost(exit_code=-9)
    bench.generate()
    notice = bench.screen.model.notice
    assert notice is not None
    assert "exit code -9" in notice.text
    bench.desk.backend.script.failure = None
    bench.press(Action.RETRY_JOB)
    bench.desk.until(lambda: bool(bench.screen.model.strips))
    assert bench.screen.model.notice is None

    bench.desk.backend.script.hold.add("started")
    bench.press(Action.GENERATE)
    bench.press(Action.STOP)
    bench.desk.until(lambda: bench.screen.model.stop is None)


def test_what_cannot_be_done_is_a_notice(bench: Bench) -> None:
    bench.panel.perform(Action.ACCEPT, "no such job")
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "That job is no longer there. Start it again."
    bench.press(Action.DISMISS)
    assert bench.screen.model.notice is None


def test_the_draft_decides_the_button(bench: Bench) -> None:
    bench.screen.edit("task", "restyle")
    assert bench.screen.model.generate.label == "Restyle selection"
    assert bench.screen.model.generate.reason == "Choose or describe a style."
    bench.screen.edit("prompt", "oil on canvas")
    assert bench.screen.model.generate.enabled


def test_the_document_is_looked_at_again(bench: Bench) -> None:
    document = bench.desk.host.active_document()
    assert document is not None
    bench.desk.host.deselect(document)
    bench.press(Action.GENERATE)
    assert bench.screen.model.generate.reason == "Select something first."
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "Select something first."


def test_the_link(bench: Bench) -> None:
    bench.panel.perform(Action.INSTALL)
    assert bench.installed == [1]
    bench.panel.perform(Action.STOP_START)
    bench.app.dialler.may_start = False
    bench.panel.perform(Action.START_BACKEND)
    assert bench.app.dialler.may_start
    bench.panel.perform(Action.RETRY_NOW)
    assert bench.desk.controller.state.link.link is Link.ONLINE


def test_a_closed_panel_is_left_alone(bench: Bench) -> None:
    bench.panel.close()
    before = len(bench.screen.models)
    bench.desk.controller.refresh()
    bench.desk.controller.generate(REMOVE)
    assert len(bench.screen.models) == before
    bench.panel = bench.open()
