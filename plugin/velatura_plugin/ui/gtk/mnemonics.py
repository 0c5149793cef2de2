# pyright: standard
"""Alt and a letter, to what is seen of the panel."""

from __future__ import annotations

from collections.abc import Sequence

from ..mnemonics import marked
from .toolkit import Gtk


class Mnemonics:
    """Letters stay with their labels as long as the labels stay."""

    def __init__(self) -> None:
        self._before: list[tuple[Gtk.Label, str]] = []

    def mark(self, labels: Sequence[Gtk.Label], window: Gtk.Window) -> None:
        """The most important first: it has the first choice."""
        now = [(each, each.get_text()) for each in labels]
        if now == self._before:
            return
        self._before = now
        texts = marked([text for _, text in now])
        for (label, _), text in zip(now, texts, strict=True):
            label.set_text_with_mnemonic(text)
        if not window.get_mnemonics_visible():
            # New labels underline theirs until the window tells them that Alt is not held.
            window.set_mnemonics_visible(True)
            window.set_mnemonics_visible(False)
