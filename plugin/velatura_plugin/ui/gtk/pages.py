# pyright: standard
"""What takes the place of the form: settings, and the first run."""

from __future__ import annotations

from ..model import Page, Welcome
from .buttons import Ask, ButtonRow
from .form import FieldList, FormContext
from .measures import SPACING
from .texts import column, heading, say, words
from .toolkit import Gtk


class WelcomeBox(Gtk.Box):
    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._facts, self.button = words(), ButtonRow(ask)
        inner = column(self._facts, self.button)
        inner.show()
        self.pack_start(inner, True, True, 0)

    def display(self, welcome: Welcome | None) -> None:
        self.set_visible(welcome is not None)
        if welcome is not None:
            say(self._facts, "\n".join(f"• {each}" for each in welcome.facts))
            self.button.display((welcome.action,) if welcome.action else ())


class SettingsPage(Gtk.Box):
    def __init__(self, form_context: FormContext, ask: Ask) -> None:
        super().__init__()
        self._form_context = form_context
        self._title = heading()
        self._titles: list[Gtk.Label] = []
        self.sections: list[FieldList] = []
        self.facts, self._actions = words(copied=True), ButtonRow(ask)
        self._inner = column()
        self._inner.show()
        whole = column(self._title, self._actions, self._inner, self.facts)
        whole.show()
        self.pack_start(whole, True, True, 0)

    def display(self, page: Page | None) -> None:
        self.set_visible(page is not None)
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

    def labels(self) -> list[Gtk.Label]:
        return [label for each in self.sections for label in each.labels()]

    def _add_section(self) -> None:
        self._titles.append(heading())
        self._titles[-1].set_margin_top(SPACING)
        self.sections.append(FieldList(self._form_context))
        for each in (self._titles[-1], self.sections[-1]):
            self._inner.pack_start(each, False, False, 0)
