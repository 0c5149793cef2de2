# pyright: standard
"""Buttons that say why they cannot be pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..arranging import reasons_of
from ..model import Action, Control
from .flow import Flow
from .measures import LEAST_TARGET
from .texts import column, describe, put, say, words
from .toolkit import Gtk, Pango
from .wiring import connect

Ask = Callable[[Action], None]


class ActionButton(Gtk.Button):
    """Shows one control at a time. A click leaves the focus where it was. Long words take a second
    line where the panel is narrow."""

    def __init__(self, ask: Ask, *, grows: bool = False) -> None:
        super().__init__(focus_on_click=False, hexpand=grows)
        self.control: Control | None = None
        self._ask = ask
        self.label = Gtk.Label(visible=True, wrap=True, justify=Gtk.Justification.CENTER)
        self.label.set_line_wrap_mode(Pango.WrapMode.WORD_CHAR)
        self.add(self.label)
        self.get_style_context().add_class("text-button")
        self.set_size_request(LEAST_TARGET, LEAST_TARGET)
        connect(self, "clicked", self._asked)

    def display(self, control: Control | None) -> None:
        self.set_visible(control is not None)
        if control is None or control == self.control:
            return
        self.control = control
        put(self.label, control.label)
        self.set_sensitive(control.enabled)
        describe(self, control.label, control.reason)

    def _asked(self) -> None:
        if self.control is not None:
            self._ask(self.control.action)


class ButtonRow(Gtk.Box):
    """Any number of buttons, in as many lines as they need, and under them the reasons of those
    that are disabled."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self.buttons: list[ActionButton] = []
        self._ask = ask
        self._flow, self._reasons = Flow(visible=True), words()
        inner = column(self._flow, self._reasons)
        inner.show()
        self.pack_start(inner, True, True, 0)

    def display(self, controls: Sequence[Control]) -> None:
        while len(self.buttons) < len(controls):
            self.buttons.append(ActionButton(self._ask))
            self._flow.add(self.buttons[-1])
        for index, button in enumerate(self.buttons):
            button.display(controls[index] if index < len(controls) else None)
        say(self._reasons, reasons_of(controls))
        self.set_visible(bool(controls))


class MenuButton(Gtk.MenuButton):
    """An arrow with more to choose from; disabled entries show their reason."""

    def __init__(self, ask: Ask, name: str) -> None:
        super().__init__(focus_on_click=False)
        self._ask = ask
        self._controls: tuple[Control, ...] = ()
        self.set_size_request(LEAST_TARGET, LEAST_TARGET)
        describe(self, name, is_written=False)

    def display(self, controls: tuple[Control, ...]) -> None:
        self.set_visible(bool(controls))
        if controls == self._controls:
            return
        self._controls = controls
        menu = Gtk.Menu()
        for each in controls:
            menu.append(self._entry(each))
        self.set_popup(menu)

    def entries(self) -> list[Gtk.MenuItem]:
        menu = self.get_popup()
        return menu.get_children() if menu is not None else []

    def _entry(self, control: Control) -> Gtk.MenuItem:
        text = f"{control.label} ({control.reason})" if control.reason else control.label
        entry = Gtk.MenuItem(label=text, visible=True, sensitive=control.enabled)
        connect(entry, "activate", lambda: self._ask(control.action))
        return entry
