# pyright: standard
"""The panel itself: one column in a scrolled window, every part of it drawn from the view model."""

from __future__ import annotations

from collections.abc import Callable

from velatura_protocol.parameters import ParameterValue

from ...i18n import Translations
from ..arranging import has_page, reasons_of, status_beside_welcome
from ..chrome import Chrome
from ..model import Action, ViewModel
from ..strip_actions import Key
from ..view import Asked, Chosen, Edited
from .announcer import Announcer
from .buttons import ActionButton, MenuButton
from .flow import Flow
from .form import FormBox, FormContext
from .history import HistoryPage
from .keys import key_of
from .measures import LEAST_WIDTH, SPACING
from .mnemonics import Mnemonics
from .models import ModelsBox
from .notice import Notice
from .numbers import commit_number
from .pages import SettingsPage, WelcomeBox
from .pile import Pile
from .preview import PreviewPicture
from .progress import ProgressBox
from .queue import QueueBox
from .status import StatusBar
from .style import dress
from .texts import column, row, say, words
from .toolkit import Gdk, Gtk
from .tools import ToolRow
from .wiring import connect, intercept


class PanelView(Gtk.ScrolledWindow):
    """Implements :class:`~velatura_plugin.ui.view.View`. Draws nothing while it is not mapped, and
    all that it missed when it is. ``leave`` gives the focus back to the picture."""

    def __init__(
        self, translations: Translations, *, leave: Callable[[], None] | None = None
    ) -> None:
        super().__init__(hscrollbar_policy=Gtk.PolicyType.NEVER)
        self._model: ViewModel | None = None
        self._drawn: ViewModel | None = None
        self._asked: Asked = lambda _action, _job: None
        self._edited: Edited = lambda _field, _value: None
        self._chosen: Chosen = lambda _job, _index: None
        self._leave = leave or (lambda: None)
        self._chrome = Chrome.of(translations)
        self._mnemonics = Mnemonics()
        self._form_context = FormContext(translations, self._edit, self._submit)
        self._make_parts()
        self._arrange()
        dress(self)
        connect(self.form.fold, "toggled", self._mark)
        connect(self, "map", self._mapped)
        # A scrolled window lets go of what is in it, which then lives as long as Python likes.
        connect(self, "destroy", self.body.destroy)
        intercept(self, "key-press-event", self._take)

    # -- View --------------------------------------------------------------------------------------

    def on_action(self, asked: Asked) -> None:
        self._asked = asked

    def on_edit(self, edited: Edited) -> None:
        self._edited = edited

    def on_choose(self, chosen: Chosen) -> None:
        self._chosen = chosen

    def render(self, model: ViewModel) -> None:
        self._model = model
        if self.get_mapped():
            self._draw(model)

    # ----------------------------------------------------------------------------------------------

    def _mapped(self) -> None:
        if self._model is not None:
            self._draw(self._model)

    def _take(self, event: Gdk.EventKey) -> bool:
        if key_of(event) is not Key.ESCAPE:
            return False
        self._leave()
        return True

    def _draw(self, model: ViewModel) -> None:
        if model == self._drawn:
            return
        self._drawn = model
        self.status.display(status_beside_welcome(model))
        self.tools.display(model.tools)
        self._draw_work(model)
        is_page = has_page(model)
        self.welcome.display(None if is_page else model.welcome)
        self.form_part.set_visible(not is_page)
        self.form.display(model.form)
        self.settings.display(model.settings)
        self.history.display(model.history)
        self.models.display(model.models)
        self.pile.display(model.strips)
        self.announcer.say(model.announcement)
        self._mark()

    def _mark(self) -> None:
        window = self.get_toplevel()
        if isinstance(window, Gtk.Window):
            self._mnemonics.mark(self._labels(), window)

    def _labels(self) -> list[Gtk.Label]:
        if self.settings.get_visible():
            return self.settings.labels()
        begin = [each.label for each in (self.generate, self.stop) if each.get_visible()]
        form = self.form.labels() if self.form_part.get_visible() else []
        return [*begin, *self.pile.labels(), *form]

    def _draw_work(self, model: ViewModel) -> None:
        self.generate.display(model.generate)
        self.menu.display(model.menu)
        self.stop.display(model.stop)
        say(self.reasons, reasons_of([model.generate, *([model.stop] if model.stop else [])]))
        say(self.hint, model.hint)
        self.progress.display(model.progress)
        self.preview.show_latest(model.preview, model.preview_transfer)
        self.notice.display(model.notice)
        self.queue.display(model.queue)

    # -- what the user asks for --------------------------------------------------------------------

    def _ask(self, action: Action, job: str = "") -> None:
        window = self.get_toplevel()
        commit_number(window.get_focus() if isinstance(window, Gtk.Window) else None)
        self._asked(action, job)

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
        self.tools = ToolRow(self._ask)
        self.status = StatusBar(self._ask, self.tools, self._chrome)
        self.welcome = WelcomeBox(self._ask)
        self.form = FormBox(self._form_context, self._chrome)
        self.generate = ActionButton(self._ask, grows=True)
        self.menu = MenuButton(self._ask, self._chrome.also)
        self.stop = ActionButton(self._ask)
        self.reasons, self.hint = words(), words()
        self.settings = SettingsPage(self._form_context, self._ask)
        self.history = HistoryPage(self._ask, self._chrome)
        self.models = ModelsBox(self._ask, self._form_context, self._chrome)
        self.progress, self.preview = ProgressBox(), PreviewPicture()
        self.notice = Notice(self._ask_about_notice, self._chrome)
        self.queue = QueueBox(self._ask)
        self.pile = Pile(self._ask, self._choose, self._chrome, self._mark)
        self.announcer = Announcer()

    def _arrange(self) -> None:
        self.form.show()
        self.form_part = column(self.form, self._begin_row(), self.reasons, self.hint)
        body = column(
            self.status, self.welcome, self.form_part, self.settings, self.history, self.models,
            self.progress, self.preview, self.notice, self.queue, self.pile, self.announcer,
        )  # fmt: skip
        body.set_property("margin", SPACING)
        # Whoever shows all of a window is not to show what has nothing to say.
        body.set_no_show_all(True)
        body.show()
        self.body = body
        self.add(body)
        self.set_size_request(LEAST_WIDTH, -1)
        self.get_accessible().set_name("Velatura")
        self.show()

    def _begin_row(self) -> Flow:
        """Stop goes under the button where there is no room for both side by side."""
        pair = row(self.generate, self.menu, grows=self.generate, spacing=0)
        pair.get_style_context().add_class("linked")
        pair.set_hexpand(True)
        flow = Flow(visible=True)
        flow.add(pair)
        flow.add(self.stop)
        return flow
