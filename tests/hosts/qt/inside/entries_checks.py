from __future__ import annotations

from collections.abc import Iterator

import pytest

from velatura_plugin.ui.qt.compat import QAction, QApplication, QMenu
from velatura_plugin.ui.qt.entries import add_entry


@pytest.fixture
def menu(application: QApplication) -> Iterator[QMenu]:
    menu = QMenu()
    yield menu
    menu.deleteLater()


def test_an_entry_does_what_its_action_does_under_a_shorter_name(menu: QMenu) -> None:
    done: list[int] = []
    action = QAction("Velatura: Repeat", menu)
    action.triggered.connect(lambda *_: done.append(1))
    entry = add_entry(menu, action, "Repeat")
    assert entry.text() == "Repeat"
    entry.trigger()
    assert done == [1]


def test_an_entry_shows_how_its_action_stands(menu: QMenu) -> None:
    action = QAction("Velatura: Retouch Mode", menu)
    action.setCheckable(True)
    entry = add_entry(menu, action, "Retouch Mode")
    action.setChecked(True)
    assert entry.isChecked()
    entry.trigger()
    assert (entry.isChecked(), action.isChecked()) == (False, False)
    action.setVisible(False)
    assert not entry.isVisible()
    action.setVisible(True)
    action.setEnabled(False)
    assert (entry.isVisible(), entry.isEnabled()) == (True, False)


def test_an_entry_shows_a_shortcut_and_leaves_it_to_its_action(menu: QMenu) -> None:
    action = QAction("Velatura: Stop", menu)
    entry = add_entry(menu, action, "Stop")
    action.setShortcut("Ctrl+Alt+S")
    assert entry.text() == "Stop\tCtrl+Alt+S"
    assert entry.shortcut().isEmpty()
