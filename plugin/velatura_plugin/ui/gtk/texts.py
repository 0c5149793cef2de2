# pyright: standard
"""Words, names for screen readers, and what goes into a box."""

from __future__ import annotations

from .measures import SPACING
from .toolkit import Gtk, Pango

_NATURAL_CHARACTERS = 30
"""A text that could be wider asks for no more: panels are narrow."""


def words(*, copied: bool = False) -> Gtk.Label:
    """Text of several lines, never markup. ``copied``: there is reason to copy it."""
    label = Gtk.Label(xalign=0, wrap=True, selectable=copied)
    label.set_line_wrap_mode(Pango.WrapMode.WORD_CHAR)
    label.set_max_width_chars(_NATURAL_CHARACTERS)
    return label


def heading() -> Gtk.Label:
    label = words()
    bold = Pango.AttrList.from_string("0 -1 weight bold")
    label.set_attributes(bold)
    return label


def line(text: str = "") -> Gtk.Label:
    """One line, cut where there is no room for it."""
    return Gtk.Label(label=text, xalign=0, ellipsize=Pango.EllipsizeMode.END)


def put(label: Gtk.Label, text: str) -> None:
    """What is the same keeps its marked letter."""
    if label.get_text() != text:
        label.set_text(text)


def say(label: Gtk.Label, text: str) -> None:
    """No place is kept for a label that has nothing to say."""
    put(label, text)
    label.set_visible(bool(text))


def describe(
    widget: Gtk.Widget, name: str, description: str = "", *, is_written: bool = True
) -> None:
    """What a screen reader says; the tooltip shows what cannot be read beside or in the widget.
    ``is_written``: its name can."""
    accessible = widget.get_accessible()
    accessible.set_name(name)
    accessible.set_description(description)
    widget.set_tooltip_text(description or (None if is_written else name))


def column(*children: Gtk.Widget, spacing: int = SPACING) -> Gtk.Box:
    """One under the other. Each is shown or hidden by itself."""
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=spacing)
    for each in children:
        box.pack_start(each, False, False, 0)
    return box


def row(*children: Gtk.Widget, grows: Gtk.Widget | None = None, spacing: int = SPACING) -> Gtk.Box:
    """Side by side, and to be seen; ``grows`` takes what is left."""
    box = Gtk.Box(spacing=spacing, visible=True)
    for each in children:
        box.pack_start(each, each is grows, True, 0)
    return box
