# pyright: standard
"""Menu entries that stand for an action, with words of their own.

An action is called by its whole name where users look for it to bind a shortcut; in a menu that has
the plug-in's name already, half of that is enough.
"""

from __future__ import annotations

from typing import Any

from .compat import QAction, QMenu
from .guard import connect
from .mnemonics import plain


def add_entry(menu: QMenu, action: Any, text: str) -> QAction:
    """Shown, checked and enabled as ``action``, a QAction, whose shortcut it shows and leaves."""
    entry = menu.addAction(plain(text))

    def follow() -> None:
        shortcut = action.shortcut().toString()
        entry.setText(f"{plain(text)}\t{shortcut}" if shortcut else plain(text))
        entry.setCheckable(action.isCheckable())
        entry.setChecked(action.isChecked())
        entry.setEnabled(action.isEnabled())
        entry.setVisible(action.isVisible())

    def ask() -> None:
        action.trigger()
        follow()

    connect(entry.triggered, lambda _checked: ask())
    connect(action.changed, follow)
    connect(action.toggled, lambda _checked: follow())
    follow()
    return entry
