# pyright: standard
"""The small buttons at the head of the panel."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Control
from .buttons import Ask
from .signs import SignButton
from .toolkit import Gtk


class ToolRow(Gtk.Box):
    def __init__(self, ask: Ask) -> None:
        super().__init__(visible=True)
        self.buttons: list[SignButton] = []
        self._ask = ask

    def display(self, controls: Sequence[Control]) -> None:
        while len(self.buttons) < len(controls):
            self.buttons.append(SignButton(self._ask))
            self.pack_start(self.buttons[-1], False, False, 0)
        for index, button in enumerate(self.buttons):
            button.display(controls[index] if index < len(controls) else None)
