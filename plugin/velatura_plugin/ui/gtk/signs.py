# pyright: standard
"""The theme's own icons for what a button does. Where it has none, the button's words are seen."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import Action, Control
from .buttons import Ask
from .measures import LEAST_TARGET
from .texts import describe
from .toolkit import Gio, Gtk
from .wiring import connect

_CLOSE = ("gimp-close-symbolic", "window-close-symbolic")

SIGNS: Mapping[Action, tuple[str, ...]] = {
    Action.OPEN_HISTORY: ("document-open-recent-symbolic",),
    Action.OPEN_SETTINGS: ("preferences-system-symbolic", "emblem-system-symbolic"),
    Action.OPEN_MODELS: ("gimp-tool-preset-symbolic", "package-x-generic-symbolic"),
    Action.TOGGLE_PREVIEWS: ("gimp-visible-symbolic", "view-reveal-symbolic"),
    Action.CANCEL_JOB: _CLOSE,
    Action.DISMISS: _CLOSE,
    Action.PREVIOUS: ("go-previous-symbolic",),
    Action.NEXT: ("go-next-symbolic",),
}
"""Those of GIMP and of the common themes; they turn round where one reads from the right."""


def icon_of(names: tuple[str, ...]) -> Gtk.Image | None:
    theme = Gtk.IconTheme.get_default()
    found = [each for each in names if theme.has_icon(each)]
    if not found:
        return None
    icon = Gio.ThemedIcon.new_from_names(found)
    return Gtk.Image(gicon=icon, icon_size=Gtk.IconSize.MENU, visible=True)


class SignButton(Gtk.Button):
    """Shows one control at a time, as a sign where there is one."""

    def __init__(self, ask: Ask, *, flat: bool = True) -> None:
        super().__init__(focus_on_click=False, valign=Gtk.Align.CENTER)
        self.control: Control | None = None
        self._ask = ask
        self.set_size_request(LEAST_TARGET, LEAST_TARGET)
        if flat:
            self.set_relief(Gtk.ReliefStyle.NONE)
        connect(self, "clicked", self._asked)

    def display(self, control: Control | None) -> None:
        self.set_visible(control is not None)
        if control is None or control == self.control:
            return
        if self.control is None or self.control.action is not control.action:
            self._draw(control)
        self.control = control
        self.set_sensitive(control.enabled)
        describe(self, control.label, control.reason, is_written=False)

    def _draw(self, control: Control) -> None:
        before = self.get_child()
        if before is not None:
            self.remove(before)
        icon = icon_of(SIGNS.get(control.action, ()))
        self.add(icon or Gtk.Label(label=control.label, visible=True))

    def _asked(self) -> None:
        if self.control is not None:
            self._ask(self.control.action)
