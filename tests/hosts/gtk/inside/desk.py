from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contracts.panel.desk import Desk, Entry, Held, Key, Told
from tests.contracts.panel.fixtures import OpenDesk
from tests.contracts.panel.place import Place
from tests.hosts.gtk.inside import hands
from tests.hosts.gtk.inside.fields import GtkFields
from tests.hosts.gtk.inside.gallery import GtkGallery
from tests.hosts.gtk.inside.images import Drawn
from velatura_plugin.i18n import Translations
from velatura_plugin.ui.gtk.images import pixbuf_of
from velatura_plugin.ui.gtk.measures import LEAST_TARGET, LEAST_WIDTH
from velatura_plugin.ui.gtk.panel import PanelView
from velatura_plugin.ui.gtk.prompt import PromptText
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk
from velatura_plugin.ui.model import Action
from velatura_protocol.pixels import Pixels

HEIGHT = 900
HELD = {Held.NOTHING: hands.NONE, Held.CONTROL: hands.CONTROL, Held.SHIFT: hands.SHIFT}
KEYS = {
    Key.BACKSPACE: "BackSpace",
    Key.DELETE: "Delete",
    Key.DOWN: "Down",
    Key.ENTER: "Return",
    Key.ESCAPE: "Escape",
    Key.LEFT: "Left",
    Key.PAD_ENTER: "KP_Enter",
    Key.PAD_RIGHT: "KP_Right",
    Key.RIGHT: "Right",
    Key.SPACE: "space",
    Key.TAB: "Tab",
    Key.UP: "Up",
}


class GtkDesk(Desk):
    least_width, least_width_of_long_words = LEAST_WIDTH, LEAST_WIDTH
    least_target = LEAST_TARGET

    def __init__(self, window: Gtk.Window, view: PanelView, told: Told) -> None:
        self.window, self.view, self.told = window, view, told
        self.body = view.body
        self.fields, self.gallery = GtkFields(), GtkGallery(window)

    # -- the window --------------------------------------------------------------------------------

    def settle(self) -> None:
        hands.settle()

    def painted(self) -> None:
        hands.painted(self.window)

    def width(self) -> int:
        """GTK makes a window wider that has no room for what is in it."""
        return int(self.window.get_default_size()[0])

    def hide(self) -> None:
        self.window.hide()
        hands.settle()

    def unhide(self) -> None:
        self.window.show()
        hands.settle()

    def close(self) -> None:
        self.window.destroy()
        hands.settle()

    @contextmanager
    def looked_away(self) -> Iterator[None]:
        other = Gtk.Window()
        other.show()
        other.get_window().focus(Gdk.CURRENT_TIME)
        hands.until(other.has_toplevel_focus)
        try:
            yield
        finally:
            other.destroy()

    def layouts(self) -> list[object]:
        allocated: list[object] = []
        self.body.connect("size-allocate", lambda _body, area: allocated.append(area))
        return allocated

    # -- hands -------------------------------------------------------------------------------------

    def click(self, widget: Gtk.Widget, across: float = 0.5, down: float = 0.5) -> None:
        hands.click(widget, across, down)

    def hold(self, widget: Gtk.Widget) -> None:
        hands.push(widget, Gdk.EventType.BUTTON_PRESS)

    def let_go(self, widget: Gtk.Widget) -> None:
        hands.push(widget, Gdk.EventType.BUTTON_RELEASE)

    def press(self, widget: Gtk.Widget, key: Key, held: Held = Held.NOTHING) -> None:
        hands.press(widget, KEYS[key], HELD[held])

    def hold_key(self, widget: Gtk.Widget, key: Key) -> None:
        for _ in range(3):
            hands.strike(widget, KEYS[key], Gdk.EventType.KEY_PRESS)

    def let_key_go(self, widget: Gtk.Widget, key: Key) -> None:
        hands.strike(widget, KEYS[key], Gdk.EventType.KEY_RELEASE)

    def type_text(self, widget: Gtk.Widget, text: str) -> None:
        hands.type_text(widget, text)

    def retype(self, widget: Any, text: str) -> None:
        widget.grab_focus()
        widget.select_region(0, -1)
        hands.press(widget, "Delete")
        hands.type_text(widget, text)

    def focus(self, widget: Gtk.Widget) -> None:
        widget.grab_focus()
        hands.settle()

    def roll(self, widget: Gtk.Widget) -> bool:
        passed: list[object] = []

        def scrolled(_view: object, event: object) -> bool:
            passed.append(event)
            return False

        handler = self.view.connect("scroll-event", scrolled)
        # A text lies in a frame of its own, which scrolls it.
        hands.roll(widget.get_parent() if isinstance(widget, Gtk.TextView) else widget)
        self.view.disconnect(handler)
        return bool(passed)

    # -- eyes --------------------------------------------------------------------------------------

    def focused(self) -> Gtk.Widget | None:
        return self.window.get_focus()

    def is_seen(self, widget: Gtk.Widget) -> bool:
        return bool(widget.get_mapped())

    def is_enabled(self, widget: Gtk.Widget) -> bool:
        return bool(widget.is_sensitive())

    def is_on(self, widget: Any) -> bool:
        return bool(widget.get_active())

    def text(self, widget: Any) -> str:
        if isinstance(widget, PromptText):
            return str(widget.text())
        return str(widget.get_text()) if isinstance(widget, Gtk.Label | Gtk.Entry) else ""

    def names(self, widget: Gtk.Widget) -> tuple[str, str]:
        accessible = widget.get_accessible()
        return accessible.get_name() or "", accessible.get_description() or ""

    def tooltip(self, widget: Gtk.Widget) -> str:
        return widget.get_tooltip_text() or ""

    def place(self, widget: Gtk.Widget, inside: Gtk.Widget | None = None) -> Place:
        left, top = widget.translate_coordinates(inside or self.body, 0, 0)
        return Place(
            int(left), int(top), widget.get_allocated_width(), widget.get_allocated_height()
        )

    def seen(self) -> Iterator[Gtk.Widget]:
        return hands.walked(self.body)

    def stops(self) -> Iterator[Gtk.Widget]:
        for each in self.seen():
            is_inner = isinstance(each.get_parent(), Gtk.ComboBox)
            is_text = isinstance(each, Gtk.ScrolledWindow | Gtk.Label)
            if each.get_can_focus() and not is_inner and not is_text:
                yield each

    def clipboard(self) -> str:
        return str(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())

    # -- parts -------------------------------------------------------------------------------------

    def status_word(self) -> str:
        return self.view.status.shown_word()

    def announced(self) -> str:
        return self.names(self.view.announcer)[0]

    def entries(self, menu: Any) -> list[Entry]:
        def entry(item: Gtk.MenuItem) -> Entry:
            def choose() -> None:
                item.activate()
                hands.settle()

            return Entry(str(item.get_label()), bool(item.get_sensitive()), choose)

        return [entry(each) for each in menu.entries()]

    def led_to(self, label: Any) -> Gtk.Widget | None:
        return label.get_mnemonic_widget()

    def fraction(self, progress: Any) -> float | None:
        return None if progress.is_beating else float(progress.bar.get_fraction())

    def button(self, box: Any, action: Action) -> Gtk.Widget:
        (button,) = (
            each for each in hands.walked(box)
            if getattr(getattr(each, "control", None), "action", None) is action
        )  # fmt: skip
        return button

    def title(self, head: Any) -> str:
        return str(head.title.get_text())

    def has_picture(self, thumbnail: Any) -> bool:
        return not thumbnail.picture.is_empty

    def has_cover(self, row: Any) -> bool:
        return not row.cover.is_empty

    def is_best(self, thumbnail: Any) -> bool:
        return bool(thumbnail.best.get_mapped())

    def is_kept(self, thumbnail: Any) -> bool:
        return bool(thumbnail.kept.get_mapped())


@pytest.fixture
def open_desk() -> Iterator[OpenDesk]:
    windows: list[Gtk.Window] = []

    def opened(
        width: int = 300, translations: Translations | None = None, *, mirrored: bool = False
    ) -> Desk:
        if mirrored:
            Gtk.Widget.set_default_direction(Gtk.TextDirection.RTL)
        told = Told()
        view = PanelView(translations or Translations(), leave=told.leave)
        told.listen(view)
        window = Gtk.Window(default_width=width, default_height=HEIGHT)
        windows.append(window)
        window.add(view)
        window.show()
        # There is no window manager to do it.
        window.get_window().focus(Gdk.CURRENT_TIME)
        hands.until(lambda: view.get_mapped() and window.has_toplevel_focus())
        return GtkDesk(window, view, told)

    yield opened
    Gtk.Widget.set_default_direction(Gtk.TextDirection.LTR)
    for each in windows:
        each.destroy()
    hands.settle()


@pytest.fixture
def draw() -> Callable[[Pixels, int], Drawn]:
    return lambda pixels, side: Drawn(pixbuf_of(pixels, side))
