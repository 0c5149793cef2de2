# pyright: standard
"""What takes the place of the form: settings, the document's history, the first run."""

from __future__ import annotations

from collections.abc import Sequence

from velatura_protocol.pixels import Pixels

from ..chrome import Chrome
from ..model import Action, History, HistoryItem, Page, Welcome
from ..strip_actions import AskJob, asked_first
from .buttons import Ask, ButtonRow, say, words
from .compat import QFrame, QHBoxLayout, QLabel, Qt, QVBoxLayout, QWidget
from .form import Edited, FieldList
from .images import pixmap_of
from .measures import SPACING, line
from .strip import Question


class WelcomeBox(QWidget):
    def __init__(self, ask: Ask, parent: QWidget) -> None:
        super().__init__(parent)
        self._facts = words(self)
        self.button = ButtonRow(ask, self)
        layout = _column(self)
        layout.addWidget(self._facts)
        layout.addWidget(self.button)
        self.hide()

    def display(self, welcome: Welcome | None) -> None:
        self.setVisible(welcome is not None)
        if welcome is not None:
            say(self._facts, "\n".join(f"• {each}" for each in welcome.facts))
            self.button.display((welcome.action,) if welcome.action else ())


class SettingsPage(QWidget):
    def __init__(self, edited: Edited, ask: Ask, parent: QWidget) -> None:
        super().__init__(parent)
        self._edited = edited
        self._title = heading(self)
        self._titles: list[QLabel] = []
        self.sections: list[FieldList] = []
        self.facts = words(self)
        self.facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._actions = ButtonRow(ask, self)
        self._inner = QVBoxLayout()
        self._inner.setSpacing(SPACING)
        layout = _column(self)
        layout.addWidget(self._title)
        layout.addLayout(self._inner)
        layout.addWidget(self.facts)
        layout.addWidget(self._actions)
        self.hide()

    def display(self, page: Page | None) -> None:
        self.setVisible(page is not None)
        if page is None:
            return
        say(self._title, page.title)
        while len(self.sections) < len(page.sections):
            self._add_section()
        for index, (title, fields) in enumerate(zip(self._titles, self.sections, strict=True)):
            name, content = page.sections[index] if index < len(page.sections) else ("", ())
            say(title, name)
            fields.display(content)
        say(self.facts, "\n".join(page.facts))
        self._actions.display(page.actions)

    def _add_section(self) -> None:
        self._titles.append(heading(self))
        self.sections.append(FieldList(self._edited, lambda: None, self))
        self._inner.addWidget(self._titles[-1])
        self._inner.addWidget(self.sections[-1])


class HistoryPage(QWidget):
    def __init__(self, ask: AskJob, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self._ask, self._chrome = ask, chrome
        self._title, self._empty = heading(self), words(self)
        self.rows: list[HistoryRow] = []
        self._inner = QVBoxLayout()
        self._inner.setSpacing(SPACING)
        self._close = ButtonRow(lambda action: ask(action, ""), self)
        layout = _column(self)
        layout.addWidget(self._title)
        layout.addWidget(self._close)
        layout.addWidget(self._empty)
        layout.addLayout(self._inner)
        self.hide()

    def display(self, history: History | None) -> None:
        self.setVisible(history is not None)
        if history is None:
            return
        say(self._title, history.title)
        say(self._empty, "" if history.items else history.empty)
        self._close.display([each for each in (history.close, history.other) if each is not None])
        self._display_items(history.items)

    def _display_items(self, items: Sequence[HistoryItem]) -> None:
        while len(self.rows) < len(items):
            self.rows.append(HistoryRow(self._ask, self._chrome, self))
            self._inner.addWidget(self.rows[-1])
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(items))
            if index < len(items):
                row.display(items[index])


class HistoryRow(QFrame):
    def __init__(self, ask: AskJob, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.job = ""
        self._ask_job = ask
        self._item: HistoryItem | None = None
        self._title, self._when = words(self), words(self)
        self._cover = Cover(4 * line(self), self)
        self.buttons = ButtonRow(self._ask, self)
        self.question = Question(chrome.keep, lambda: ask(Action.FORGET, self.job), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(2)
        texts = QVBoxLayout()
        texts.addWidget(self._title)
        texts.addWidget(self._when)
        texts.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(SPACING)
        top.addWidget(self._cover)
        top.addLayout(texts, 1)
        layout.addLayout(top)
        layout.addWidget(self.buttons)
        layout.addWidget(self.question)

    def display(self, item: HistoryItem) -> None:
        if item.job != self.job:
            self.question.hide()
        self.job, self._item = item.job, item
        say(self._title, f"★ {item.title}" if item.is_favourite else item.title)
        say(self._when, item.when)
        self._cover.display(item.cover)
        self.buttons.display(item.controls)

    def _ask(self, action: Action) -> None:
        item = self._item
        question = item.question if item else ""
        first = asked_first(question, action, Action.FORGET, item.controls if item else ())
        if first is not None:
            self.question.ask(question, first)
        else:
            self._ask_job(action, self.job)


class Cover(QLabel):
    """A picture of a square's size, once it is here."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixels: Pixels | None = None
        self.setFixedSize(side, side)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def display(self, pixels: Pixels | None) -> None:
        if pixels is self._pixels:
            return
        self._pixels = pixels
        if pixels is None:
            self.clear()
        else:
            self.setPixmap(pixmap_of(pixels, self.width(), self.devicePixelRatioF()))


def heading(parent: QWidget) -> QLabel:
    label = words(parent)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _column(parent: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACING)
    return layout
