# pyright: standard
"""What is asked before something is lost: inside of the panel, never in a dialog."""

from __future__ import annotations

from collections.abc import Callable

from ..model import Action, Control
from .buttons import ActionButton
from .flow import Flow
from .texts import column, say, words
from .toolkit import Gtk


class Question(Gtk.Box):
    def __init__(self, keep: str, answered: Callable[[], None]) -> None:
        super().__init__()
        self._text = words()
        self.yes = ActionButton(lambda _action: self._answer(answered))
        self.no = ActionButton(lambda _action: self.hide())
        self.no.display(Control(Action.DISMISS, keep))
        buttons = Flow(visible=True)
        buttons.add(self.yes)
        buttons.add(self.no)
        inner = column(self._text, buttons)
        inner.show()
        self.pack_start(inner, True, True, 0)

    def ask(self, text: str, control: Control) -> None:
        say(self._text, text)
        self.yes.display(control)
        self.show()

    def _answer(self, answered: Callable[[], None]) -> None:
        self.hide()
        answered()
