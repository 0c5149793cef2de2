"""A panel on a view of a few lines, over the whole plug-in and its scripted backend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugin.desk import Desk
from tests.plugin.scripted import Script
from tests.plugin.ui.texts import controls_of
from velatura_plugin.app import App, Dialler
from velatura_plugin.client.events import Link
from velatura_plugin.features.history import DocumentHistory
from velatura_plugin.features.models import PanelModels
from velatura_plugin.features.retouch import Retouch
from velatura_plugin.launcher.launcher import Launcher
from velatura_plugin.settings import Settings, SettingsStore
from velatura_plugin.ui.model import Action, History, Strip, ViewModel
from velatura_plugin.ui.panel import Panel
from velatura_plugin.ui.services import PanelServices
from velatura_plugin.ui.view import Asked, Chosen, Edited


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
            PanelModels(controller, client),
        )
        self.screen = Screen()
        self.installed: list[int] = []
        self.services = PanelServices(self.app, SettingsStore(tmp_path))
        self.panel = self.open()

    def open(self) -> Panel:
        return Panel(self.services, self.screen, install=lambda: self.installed.append(1))

    def press(self, action: Action) -> None:
        """Pressed only if the panel has it, and on."""
        model = self.screen.model
        control, *_ = [each for each in controls_of(model) if each.action is action]
        assert control.enabled, control.reason
        job = model.notice.job if model.notice and action is Action.RETRY_JOB else ""
        self.screen.press(action, job or (model.strips[0].job if model.strips else ""))

    def generate(self) -> None:
        self.press(Action.GENERATE)
        self.desk.until(lambda: self.screen.model.progress is None)

    @property
    def history(self) -> History:
        shown = self.screen.model.history
        assert shown is not None
        return shown

    @property
    def layers(self) -> list[str]:
        (document,) = self.desk.host.documents.values()
        return [each.name for each in document.contents.layers]


@contextmanager
def bench_at(directory: Path) -> Iterator[Bench]:
    """Connected, with a picture that has a selection."""
    bench = Bench(directory)
    bench.desk.open()
    bench.desk.connect()
    bench.desk.until(lambda: bench.desk.controller.state.link.link is Link.ONLINE)
    bench.screen.edit("variations", 2)
    bench.screen.edit("seed", 10)
    try:
        yield bench
    finally:
        bench.panel.close()
        bench.services.close()
        bench.desk.close()
