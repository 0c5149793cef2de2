from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.model import Action, ViewModel
from velatura_plugin.ui.qt.compat import QApplication, QEvent
from velatura_plugin.ui.qt.panel import PanelView
from velatura_protocol.parameters import ParameterValue


@pytest.fixture(scope="session")
def application() -> QApplication:
    return QApplication.instance() or QApplication(["tests"])


@dataclass
class Told:
    """What a panel has told its owner, in order."""

    actions: list[tuple[Action, str]] = field(default_factory=list)
    edits: list[tuple[str, ParameterValue]] = field(default_factory=list)
    choices: list[tuple[str, int]] = field(default_factory=list)
    left: int = 0

    def leave(self) -> None:
        self.left += 1


@dataclass
class Desk:
    """A panel on the screen, and what it has told."""

    application: QApplication
    view: PanelView
    told: Told

    def show(self, model: ViewModel) -> PanelView:
        self.view.render(model)
        self.settle()
        return self.view

    def settle(self) -> None:
        for _ in range(4):
            self.application.processEvents()


@pytest.fixture
def open_desk(application: QApplication) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def opened(width: int = 300, translations: Translations | None = None) -> Desk:
        told = Told()
        view = PanelView(translations or Translations(), leave=told.leave)
        view.on_action(lambda action, job: told.actions.append((action, job)))
        view.on_edit(lambda name, value: told.edits.append((name, value)))
        view.on_choose(lambda job, index: told.choices.append((job, index)))
        view.resize(width, 900)
        view.show()
        desks.append(Desk(application, view, told))
        return desks[-1]

    yield opened
    for each in desks:
        each.view.close()
        each.view.deleteLater()
        # Here and now: collected as rubbish, its timers would call what is gone.
        application.sendPostedEvents(each.view, QEvent.Type.DeferredDelete)


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


@pytest.fixture(autouse=True)
def _nothing_went_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What the guard keeps from the editor still fails a test."""
    yield
    wrong = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert not wrong, wrong[0].getMessage() + "\n" + str(wrong[0].exc_text)
