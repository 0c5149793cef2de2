# pyright: standard
"""The panel itself: one column in a scroll area, every part of it drawn from the view model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from velatura_protocol.parameters import ParameterValue

from ...i18n import Translations, language_of
from ..arranging import has_page, reasons_of, status_beside_welcome
from ..chrome import Chrome
from ..model import Action, ViewModel
from ..view import Asked, Chosen, Edited
from .buttons import ActionButton, MenuButton, describe, say, words
from .compat import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLocale,
    QScrollArea,
    QSizePolicy,
    Qt,
    QVBoxLayout,
    QWidget,
)
from .flow import FlowLayout
from .form import FormBox
from .guard import guarded
from .keys import Shield, order_tabs
from .measures import SPACING
from .models import ModelsBox
from .notice import Notice
from .pages import HistoryPage, SettingsPage, WelcomeBox
from .pile import Pile
from .preview import PreviewPicture
from .progress import ProgressBox
from .queue import QueueBox
from .status import StatusBar
from .tools import ToolRow

LEAST_WIDTH = 240


class PanelView(QScrollArea):
    """Implements :class:`~velatura_plugin.ui.view.View`. Draws nothing while it is hidden, and all
    that it missed when it is shown. ``leave`` gives the focus back to the canvas."""

    def __init__(
        self,
        translations: Translations,
        *,
        leave: Callable[[], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setLocale(QLocale(language_of(translations)))  # of the numbers in all fields
        self._model: ViewModel | None = None
        self._drawn: ViewModel | None = None
        self._asked: Asked = lambda _action, _job: None
        self._edited: Edited = lambda _field, _value: None
        self._chosen: Chosen = lambda _job, _index: None
        self._leave = leave or (lambda: None)
        self._shield = Shield(self)
        self._widgets = 0
        self._chrome = Chrome.of(translations)
        self._make_parts()
        self._arrange()

    # -- View --------------------------------------------------------------------------------------

    def on_action(self, asked: Asked) -> None:
        self._asked = asked

    def on_edit(self, edited: Edited) -> None:
        self._edited = edited

    def on_choose(self, chosen: Chosen) -> None:
        self._chosen = chosen

    def render(self, model: ViewModel) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._model = model
        if self.isVisible():
            self._draw(model)

    # ----------------------------------------------------------------------------------------------

    @guarded
    def showEvent(self, event: Any) -> None:  # noqa: N802
        super().showEvent(event)
        if self._model is not None:
            self._draw(self._model)

    @guarded
    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _draw(self, model: ViewModel) -> None:
        if model == self._drawn:
            return
        self._drawn = model
        self.status.display(status_beside_welcome(model))
        self.tools.display(model.tools)
        self._draw_work(model)
        is_page = has_page(model)
        self.welcome.display(None if is_page else model.welcome)
        self.form_part.setVisible(not is_page)
        self.form.display(model.form)
        self.settings.display(model.settings)
        self.history.display(model.history)
        self.models.display(model.models)
        self.pile.display(model.strips)
        self.announcer.setText(model.announcement)
        self._take_care_of_new_widgets()

    def _take_care_of_new_widgets(self) -> None:
        count = len(self._body.findChildren(QWidget))
        if count != self._widgets:
            self._widgets = count
            self._shield.cover(self._body)
            order_tabs(self._body)

    def _draw_work(self, model: ViewModel) -> None:
        self.generate.display(model.generate)
        self.menu.display(model.menu)
        self.stop.display(model.stop)
        say(self.reasons, reasons_of([model.generate, *([model.stop] if model.stop else [])]))
        say(self.hint, model.hint)
        self.progress.display(model.progress)
        self.preview.display(model.preview, model.preview_transfer)
        self.notice.display(model.notice)
        self.queue.display(model.queue)

    # -- what the user asks for --------------------------------------------------------------------

    def _ask(self, action: Action, job: str = "") -> None:
        self._finish_typing()
        self._asked(action, job)

    def _finish_typing(self) -> None:
        """A click leaves the focus, and with it a number that is typed but not entered yet."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractSpinBox) and self.isAncestorOf(focused):
            focused.interpretText()

    def _ask_about_notice(self, action: Action) -> None:
        notice = self._model.notice if self._model else None
        self._asked(action, notice.job if notice else "")

    def _edit(self, field: str, value: ParameterValue) -> None:
        self._edited(field, value)

    def _choose(self, job: str, index: int) -> None:
        self._chosen(job, index)

    def _submit(self) -> None:
        """As the button would, if it can."""
        if self._model is not None and self._model.generate.enabled:
            self._ask(self._model.generate.action)

    # -- parts -------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self._body = body = QWidget(self)
        self.tools = ToolRow(self._ask, body)
        self.status = StatusBar(self._ask, self.tools, self._chrome, body)
        self.welcome = WelcomeBox(self._ask, body)
        self.form_part = QWidget(body)
        self.form = FormBox(self._edit, self._submit, self._chrome, self.form_part)
        self.generate = ActionButton(self._ask, self.form_part)
        self.menu = MenuButton(self._ask, self._chrome.also, self.form_part)
        self.stop = ActionButton(self._ask, self.form_part)
        self.reasons, self.hint = words(self.form_part), words(self.form_part)
        self.settings = SettingsPage(self._edit, self._ask, body)
        self.history = HistoryPage(self._ask, self._chrome, body)
        self.models = ModelsBox(self._ask, self._edit, self._chrome, body)
        self.progress, self.preview = ProgressBox(body), PreviewPicture(body)
        self.notice = Notice(self._ask_about_notice, self._chrome, body)
        self.queue = QueueBox(self._ask, body)
        self.pile = Pile(self._ask, self._choose, self._chrome, body)
        self.announcer = QLabel(body)
        self.announcer.setFixedSize(1, 1)
        self.announcer.setStyleSheet("color: transparent")  # for readers of screens only

    def _arrange(self) -> None:
        form = _column(self.form_part)
        form.addWidget(self.form)
        form.addWidget(self._begin_row())
        form.addWidget(self.reasons)
        form.addWidget(self.hint)
        column = _column(self._body, margin=SPACING)
        for each in (
            self.status, self.welcome, self.form_part, self.settings, self.history,
            self.models, self.progress, self.preview, self.notice, self.queue,
        ):  # fmt: skip
            column.addWidget(each)
        column.addWidget(self.pile)
        column.addWidget(self.announcer)
        column.addStretch(1)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(LEAST_WIDTH)
        describe(self, "Velatura")
        self.setToolTip("")

    def _begin_row(self) -> QWidget:
        """Stop goes under the button where there is no room for both side by side."""
        policy = QSizePolicy.Policy
        row, pair = QWidget(self.form_part), QWidget(self.form_part)
        flow, inner = FlowLayout(row), QHBoxLayout(pair)
        self.generate.setSizePolicy(policy.Expanding, policy.Fixed)
        pair.setSizePolicy(policy.Expanding, policy.Fixed)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(1)
        inner.addWidget(self.generate, 1)
        inner.addWidget(self.menu)
        flow.addWidget(pair)
        flow.addWidget(self.stop)
        return row


def _column(parent: QWidget, margin: int = 0) -> QVBoxLayout:
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(SPACING)
    return layout
