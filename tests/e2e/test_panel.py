"""The panel over the real backend: its form is built from what the engines say, and what it sends
is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.test_plugin_roundtrip import SETTINGS, backend
from tests.plugin.desk import noise
from tests.plugin.ui.bench import Screen
from velatura_plugin.app import build
from velatura_plugin.client.events import Link
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.settings import SettingsStore
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.panel import Panel
from velatura_plugin.ui.services import PanelServices
from velatura_protocol.geometry import Rect, Size


class Desk:
    """A French speaker's plug-in, with a picture in which something is selected."""

    def __init__(self, directory: Path) -> None:
        self.host, self.screen = MemoryHost(), Screen()
        self.document = self.host.open(noise(Size(120, 90)))
        self.host.select(self.document, Rect(40, 30, 20, 20))
        app = build(self.host, SETTINGS, directory)
        self.services = PanelServices(app, SettingsStore(directory), language="fr_CA")
        self.panel = Panel(self.services, self.screen)
        app.start()
        self.host.run_until(lambda: self.services.state.link.link is Link.ONLINE, seconds=60)

    def press(self, action: Action) -> None:
        strips = self.screen.model.strips
        self.screen.press(action, strips[0].job if strips else "")

    def generate(self) -> None:
        """With whatever the panel says, through every variation."""
        button = self.screen.model.generate
        assert button.enabled, button.reason
        self.press(Action.GENERATE)
        self.host.run_until(self._is_done, seconds=60)

    def _is_done(self) -> bool:
        return bool(self.screen.model.strips) and self.screen.model.progress is None

    @property
    def layers(self) -> list[str]:
        return [each.name for each in self.host.documents[self.document.id].contents.layers]


@contextmanager
def desk(directory: Path) -> Iterator[Desk]:
    with backend(directory):
        opened = Desk(directory)
        try:
            yield opened
        finally:
            opened.panel.close()
            opened.services.close()
            opened.services.app.close(seconds=5.0)


def test_removed_extended_and_found_again(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as at:
        assert at.screen.model.generate.label == "Supprimer la sélection"
        at.screen.edit("variations", 2)
        at.screen.edit("seed", 7)
        at.screen.edit("parameter:blend", 0.25)
        at.generate()
        assert at.screen.model.strips[0].position == "1 sur 2"
        at.press(Action.ACCEPT)
        assert at.layers == ["Background", "Supprimer (7)"]
        at.screen.edit("task", "extend")
        at.screen.edit("extent", "1:1")
        assert at.screen.model.hint == "Le tableau passera à 120 × 120 pixels."
        at.generate()
        at.press(Action.ACCEPT)
        assert at.host.document(at.document.id).size == Size(120, 120)
        at.press(Action.OPEN_HISTORY)
        history = lambda: at.screen.model.history  # noqa: E731
        at.host.run_until(lambda: bool(history() and history().items), seconds=60)
        titles = [each.title for each in history().items]
        assert titles == ["Étendre, 2 résultats", "Supprimer, 2 résultats"]
