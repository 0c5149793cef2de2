# pyright: standard
"""Jobs that have not ended, each with what removes it."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Waiting
from ..strip_actions import AskJob
from .measures import TIGHT
from .signs import SignButton
from .texts import say, words
from .toolkit import Gtk


class QueueRow(Gtk.Box):
    def __init__(self, ask: AskJob) -> None:
        super().__init__()
        self.job = ""
        self._text = words()
        self.cancel = SignButton(lambda action: ask(action, self.job))
        self.pack_start(self._text, True, True, 0)
        self.pack_start(self.cancel, False, False, 0)

    def display(self, waiting: Waiting) -> None:
        self.job = waiting.job
        say(self._text, waiting.text)
        self.cancel.display(waiting.cancel)
        self.cancel.get_accessible().set_description(waiting.text)


class QueueBox(Gtk.Box):
    def __init__(self, ask: AskJob) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=TIGHT)
        self.rows: list[QueueRow] = []
        self._ask = ask
        self._queue: Sequence[Waiting] = ()

    def display(self, queue: Sequence[Waiting]) -> None:
        if queue == self._queue:
            return
        self._queue = queue
        while len(self.rows) < len(queue):
            self.rows.append(QueueRow(self._ask))
            self.pack_start(self.rows[-1], False, False, 0)
        for index, row in enumerate(self.rows):
            row.set_visible(index < len(queue))
            if index < len(queue):
                row.display(queue[index])
        self.set_visible(bool(queue))
