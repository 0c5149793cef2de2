# pyright: standard
"""The panel's window: which picture it is about, where there are several, and the panel's view.

It stays over GIMP's own windows and never takes the focus from them by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...i18n import Translations
from ...ui.guard import guarded
from .front import Picture
from .geometry import Place
from .gi_names import GLib
from .gi_ui import Gdk, GimpUi, Gtk

_SETTLED_MILLISECONDS = 700
"""A window that is being moved tells of it at every step."""
_BORDER = 6
_MARGIN = 40
_FIRST_SIZE = (340, 820)


class PanelWindow(Gtk.Window):
    """``leave``: the user has closed it. ``choose``: the picture that was picked, by its id.
    ``keep``: where the window is now, once it has come to rest."""

    def __init__(
        self,
        *,
        leave: Callable[[], None],
        choose: Callable[[str], None],
        keep: Callable[[Place], None],
    ) -> None:
        super().__init__(title="Velatura")
        self.is_hidden = False
        self.front = ""
        self.leave = leave
        self._choose = choose
        self._keep = keep
        self._resting = 0
        self._view: Gtk.Widget | None = None
        self._box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        self.chooser = _Chooser(lambda picture: guarded(self._choose)(picture))
        self._box.pack_start(self.chooser, False, False, 0)
        self.add(self._box)
        self._box.show()
        self.connect("delete-event", lambda *_: guarded(leave)() or True)
        self.connect("configure-event", lambda *_: self._moved())
        self.connect("window-state-event", lambda _window, event: self._changed(event))

    def set_view(self, view: Gtk.Widget) -> None:
        """In place of the one there was."""
        if self._view is not None:
            self._view.destroy()
        self._view = view
        self._box.pack_start(view, True, True, 0)
        view.show()

    def open_at(self, place: Place | None) -> None:
        """There, if that is on a screen of now; else at the right edge of the one in use."""
        place = place if place is not None and _is_on_screen(place) else _first_place()
        self.set_default_size(place.width, place.height)
        self.move(place.x, place.y)
        self.realize()
        # Over GIMP's windows, and minimised with them, but not over other programs'.
        GimpUi.window_set_transient(self)
        self.show()

    def put_away(self) -> None:
        """At once, whatever this thread is busy with afterwards."""
        self.hide()
        self.get_display().flush()

    def bring_up(self) -> None:
        self.present_with_time(Gdk.CURRENT_TIME)

    def tell_pictures(
        self, pictures: Sequence[Picture], front: str, translations: Translations
    ) -> None:
        self.front = front
        self.chooser.show_pictures(pictures, front, translations)
        name = next((each.name for each in pictures if each.id == front), "")
        self.set_title(f"{name} – Velatura" if name else "Velatura")

    def _changed(self, event: Gdk.EventWindowState) -> bool:
        gone = Gdk.WindowState.ICONIFIED | Gdk.WindowState.WITHDRAWN
        self.is_hidden = bool(event.new_window_state & gone)
        return Gdk.EVENT_PROPAGATE

    def _moved(self) -> bool:
        if self._resting:
            GLib.source_remove(self._resting)
        self._resting = GLib.timeout_add(_SETTLED_MILLISECONDS, self._rests)
        return Gdk.EVENT_PROPAGATE

    def _rests(self) -> bool:
        self._resting = 0
        if self.get_visible() and not self.is_hidden:
            guarded(self._keep)(Place(*self.get_position(), *self.get_size()))
        return GLib.SOURCE_REMOVE


class _Chooser(Gtk.Box):
    """Nothing to be seen of it as long as there is nothing to choose from."""

    def __init__(self, choose: Callable[[str], None]) -> None:
        super().__init__(spacing=_BORDER, border_width=_BORDER)
        self.set_no_show_all(True)
        self._label = Gtk.Label(use_underline=True, xalign=0.0)
        self.combo = Gtk.ComboBoxText()
        self._label.set_mnemonic_widget(self.combo)
        self._shown: tuple[Picture, ...] = ()
        self._choose = choose
        self._is_telling = False
        cell = self.combo.get_cells()[0]
        cell.set_property("ellipsize", 2)  # in the middle: names of versions differ at their end
        self.combo.connect("changed", lambda _combo: self._picked())
        self.pack_start(self._label, False, False, 0)
        self.pack_start(self.combo, True, True, 0)
        self._label.show()
        self.combo.show()

    def show_pictures(
        self, pictures: Sequence[Picture], front: str, translations: Translations
    ) -> None:
        self._is_telling = True
        try:
            self._show(tuple(pictures), front, translations)
        finally:
            self._is_telling = False

    def _show(self, pictures: tuple[Picture, ...], front: str, translations: Translations) -> None:
        # Translators: before the names of the pictures that are open; _ marks the key for it.
        self._label.set_text_with_mnemonic(translations.gettext("P_icture:"))
        if pictures != self._shown:
            self._shown = pictures
            self.combo.remove_all()
            for each in pictures:
                self.combo.append(each.id, each.name)
        if self.combo.get_active_id() != front:
            self.combo.set_active_id(front)
        self.set_visible(len(pictures) > 1)

    def _picked(self) -> None:
        picked = self.combo.get_active_id()
        if picked and not self._is_telling:
            self._choose(picked)


def _first_place() -> Place:
    area = _monitor().get_workarea()
    width, height = _FIRST_SIZE
    height = min(height, area.height - 2 * _MARGIN)
    return Place(area.x + area.width - width - _MARGIN, area.y + _MARGIN, width, height)


def _monitor() -> Gdk.Monitor:
    display = Gdk.Display.get_default()
    return display.get_primary_monitor() or display.get_monitor(0)


def _is_on_screen(place: Place) -> bool:
    """So much of it that it can be moved."""
    display = Gdk.Display.get_default()
    areas = [display.get_monitor(n).get_workarea() for n in range(display.get_n_monitors())]
    middle = place.x + place.width // 2
    return any(
        area.x <= middle < area.x + area.width
        and area.y <= place.y < area.y + area.height - _MARGIN
        for area in areas
    )
