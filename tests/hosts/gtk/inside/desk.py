from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.gtk.panel import PanelView
from velatura_plugin.ui.gtk.toolkit import Gdk, GLib, Gtk
from velatura_plugin.ui.model import Action, ViewModel
from velatura_protocol.parameters import ParameterValue

HEIGHT = 900
PATIENCE_MS = 5000
CONTROL, SHIFT = Gdk.ModifierType.CONTROL_MASK, Gdk.ModifierType.SHIFT_MASK
NONE = Gdk.ModifierType(0)


def settle() -> None:
    """All that there is to do now is done, without waiting for the next frame."""
    _work_off()
    for each in Gtk.Window.list_toplevels():
        if each.get_mapped():
            each.check_resize()
    _work_off()


def _work_off() -> None:
    while Gtk.events_pending():
        Gtk.main_iteration_do(False)


def until(done: Callable[[], object]) -> None:
    """The main loop goes on until then."""
    late: list[bool] = []

    def give_up() -> bool:
        late.append(True)
        return True

    watch = GLib.timeout_add(PATIENCE_MS, give_up)
    try:
        while not done():
            assert not late, "waited in vain"
            Gtk.main_iteration_do(True)
    finally:
        GLib.source_remove(watch)
    settle()


def painted(window: Gtk.Window) -> None:
    """What is there now is on the screen."""
    frames: list[object] = []
    clock = window.get_window().get_frame_clock()
    handler = clock.connect("after-paint", frames.append)
    window.queue_draw()
    until(lambda: frames)
    clock.disconnect(handler)


def click(widget: Gtk.Widget) -> None:
    """With the pointer, in the middle of it."""
    push(widget, Gdk.EventType.BUTTON_PRESS)
    push(widget, Gdk.EventType.BUTTON_RELEASE)


def push(widget: Gtk.Widget, kind: Gdk.EventType) -> None:
    assert widget.get_mapped()
    settle()
    middle = widget.get_allocated_width() // 2, widget.get_allocated_height() // 2
    top = widget.get_toplevel()
    window, x, y = _under(top.get_window(), *widget.translate_coordinates(top, *middle))
    enter, button = Gdk.Event.new(Gdk.EventType.ENTER_NOTIFY), Gdk.Event.new(kind)
    for event, own in ((enter, enter.crossing), (button, button.button)):
        event.set_device(widget.get_display().get_default_seat().get_pointer())
        own.window, own.x, own.y, own.time = window, x, y, Gdk.CURRENT_TIME
    button.button.button = 1
    Gtk.main_do_event(enter)
    Gtk.main_do_event(button)
    settle()


def _under(window: Gdk.Window, x: float, y: float) -> tuple[Gdk.Window, float, float]:
    """The innermost window at that place, and where in it that is."""
    for each in window.peek_children():  # the uppermost first
        left, top = each.get_position()
        inside_x = left <= x < left + each.get_width()
        if each.is_visible() and inside_x and top <= y < top + each.get_height():
            return _under(each, x - left, y - top)
    return window, x, y


def press(widget: Gtk.Widget, key: str, held: Gdk.ModifierType = NONE) -> None:
    """Down and up again, as the display would tell of it."""
    for kind in (Gdk.EventType.KEY_PRESS, Gdk.EventType.KEY_RELEASE):
        strike(widget, key, kind, held)


def strike(
    widget: Gtk.Widget, key: str, kind: Gdk.EventType, held: Gdk.ModifierType = NONE
) -> None:
    if kind is Gdk.EventType.KEY_PRESS and not widget.is_focus():
        widget.grab_focus()
    event = Gdk.Event.new(kind)
    display = widget.get_display()
    event.set_device(display.get_default_seat().get_keyboard())
    own = event.key
    own.window = widget.get_toplevel().get_window()
    own.keyval = Gdk.keyval_from_name(key)
    own.state = held
    own.time = Gdk.CURRENT_TIME
    found, keys = Gdk.Keymap.get_for_display(display).get_entries_for_keyval(own.keyval)
    own.hardware_keycode = keys[0].keycode if found and keys else 0
    Gtk.main_do_event(event)
    settle()


def type_text(widget: Gtk.Widget, text: str) -> None:
    for each in text:
        press(widget, Gdk.keyval_name(Gdk.unicode_to_keyval(ord(each))))


def names(widget: Gtk.Widget) -> tuple[str, str]:
    """What a screen reader says of it."""
    accessible = widget.get_accessible()
    return accessible.get_name() or "", accessible.get_description() or ""


def walked(widget: Gtk.Widget) -> Iterator[Gtk.Widget]:
    """All that is seen, from the top."""
    if widget.get_mapped():
        yield widget
        if isinstance(widget, Gtk.Container):
            for each in widget.get_children():
                yield from walked(each)


def place(widget: Gtk.Widget, inside: Gtk.Widget) -> tuple[int, int]:
    left, top = widget.translate_coordinates(inside, 0, 0)
    return int(left), int(top)


@dataclass
class Told:
    """What a panel has told its owner, in order."""

    actions: list[tuple[Action, str]] = field(default_factory=list)
    edits: list[tuple[str, ParameterValue]] = field(default_factory=list)
    choices: list[tuple[str, int]] = field(default_factory=list)
    left: int = 0

    def leave(self) -> None:
        self.left += 1


@dataclass
class Desk:
    """A panel on the screen, and what it has told."""

    window: Gtk.Window
    view: PanelView
    told: Told

    def show(self, model: ViewModel) -> PanelView:
        self.view.render(model)
        settle()
        return self.view


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Desk]]:
    windows: list[Gtk.Window] = []

    def opened(width: int = 300, translations: Translations | None = None) -> Desk:
        told = Told()
        view = PanelView(translations or Translations(), leave=told.leave)
        view.on_action(lambda action, job: told.actions.append((action, job)))
        view.on_edit(lambda name, value: told.edits.append((name, value)))
        view.on_choose(lambda job, index: told.choices.append((job, index)))
        window = Gtk.Window(default_width=width, default_height=HEIGHT)
        windows.append(window)
        window.add(view)
        window.show()
        # There is no window manager to do it.
        window.get_window().focus(Gdk.CURRENT_TIME)
        until(lambda: view.get_mapped() and window.has_toplevel_focus())
        return Desk(window, view, told)

    yield opened
    for each in windows:
        each.destroy()
    settle()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


@pytest.fixture(autouse=True)
def _nothing_went_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What the guard keeps from GTK still fails a test."""
    yield
    wrong = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert not wrong, wrong[0].getMessage() + "\n" + str(wrong[0].exc_text)
