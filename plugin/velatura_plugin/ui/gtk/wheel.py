# pyright: standard
"""Turns of the wheel scroll the panel, whatever is under the pointer."""

from __future__ import annotations

from .toolkit import Gdk, GObject, Gtk
from .wiring import intercept


def shield_from_wheel(widget: Gtk.Widget) -> None:
    """No number or choice is turned by it, other than with the focus."""
    intercept(widget, "scroll-event", lambda _event: not widget.has_focus() and _leave(widget))


def scroll_on_at_ends(inner: Gtk.ScrolledWindow) -> None:
    """What is scrolled inside of the panel keeps the wheel only as long as it can go on."""

    def scrolled(event: Gdk.EventScroll) -> bool:
        place, down = inner.get_vadjustment(), _is_down(event)
        end = place.get_upper() - place.get_page_size() if down else place.get_lower()
        return bool(place.get_value() == end) and _leave(inner)

    intercept(inner, "scroll-event", scrolled)


def _is_down(event: Gdk.EventScroll) -> bool:
    is_smooth, _, turned = event.get_scroll_deltas()
    return turned > 0 if is_smooth else event.direction == Gdk.ScrollDirection.DOWN


def _leave(widget: Gtk.Widget) -> bool:
    """Neither the widget takes the event nor is it at an end: the panel is to have it."""
    GObject.signal_stop_emission_by_name(widget, "scroll-event")
    return False
