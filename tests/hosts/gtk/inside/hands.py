"""Hands and eyes for GTK's widgets, as the display would tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from velatura_plugin.ui.gtk.toolkit import Gdk, GLib, Gtk

PATIENCE_MS = 60_000
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


def click(widget: Gtk.Widget, across: float = 0.5, down: float = 0.5) -> None:
    """With the pointer, at that share of its width and height."""
    push(widget, Gdk.EventType.BUTTON_PRESS, across, down)
    push(widget, Gdk.EventType.BUTTON_RELEASE, across, down)


def push(widget: Gtk.Widget, kind: Gdk.EventType, across: float = 0.5, down: float = 0.5) -> None:
    assert widget.get_mapped()
    settle()
    spot = int(across * widget.get_allocated_width()), int(down * widget.get_allocated_height())
    top = widget.get_toplevel()
    window, x, y = _under(top.get_window(), *widget.translate_coordinates(top, *spot))
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


def roll(widget: Gtk.Widget) -> None:
    """The wheel, down."""
    inner = next((each for each in walked(widget) if isinstance(each, Gtk.Button)), widget)
    event = Gdk.Event.new(Gdk.EventType.SCROLL)
    event.set_device(widget.get_display().get_default_seat().get_pointer())
    event.scroll.window, event.scroll.direction = inner.get_window(), Gdk.ScrollDirection.DOWN
    Gtk.propagate_event(inner if isinstance(widget, Gtk.ComboBox) else widget, event)
    settle()
