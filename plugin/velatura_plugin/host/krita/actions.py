# pyright: standard
"""Krita's menu entries and what shortcuts are bound to: the table of commands, per window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import krita

from ...i18n import Translations
from ...ui.commands import Command, commands
from ...ui.qt.compat import QMenu
from ...ui.qt.entries import add_entry
from ...ui.qt.guard import connect

if TYPE_CHECKING:
    from ...state.state import PanelState

SCRIPTS = "tools/scripts"
MENU = "velatura_menu"


class Actions:
    """Those of all windows. Without a panel on the screen they do the same."""

    def __init__(self, perform: Callable[[Command], None]) -> None:
        self._perform = perform
        self._made: list[tuple[Command, krita.Action]] = []
        self._engines: object = None

    def create(self, window: krita.Window, translations: Translations) -> None:
        menu = QMenu(MENU, window.qwindow())
        window.createAction(MENU, "Velatura", SCRIPTS).setMenu(menu)
        for command in commands(translations):
            action = window.createAction(command.action_id, command.title, "")
            action.setCheckable(command.checkable)
            add_entry(menu, action, command.entry)
            self._connect(action, command)
            self._made.append((command, action))
            self._forget_with_window(action)

    def follow(self, state: PanelState) -> None:
        """Only what the engines here can do is in the menu."""
        if state.engines is not self._engines:
            self._engines = state.engines
            for command, action in self._made:
                action.setVisible(command.is_present(state))
        for command, action in self._made:
            if command.checkable:
                action.setChecked(state.retouch.is_on)

    def _forget_with_window(self, action: krita.Action) -> None:
        def forget(*_gone: object) -> None:
            self._made = [each for each in self._made if each[1] is not action]

        connect(action.destroyed, forget)

    def _connect(self, action: krita.Action, command: Command) -> None:
        connect(action.triggered, lambda _checked: self._perform(command))
