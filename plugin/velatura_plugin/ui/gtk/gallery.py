# pyright: standard
"""A choice by what it looks like: pictures side by side, with their names under them."""

from __future__ import annotations

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..model import Field, Option
from .editors import Editor
from .images import Picture, fitted
from .keys import is_alone
from .measures import GALLERY, TIGHT
from .texts import column, describe, line
from .toolkit import Gdk, GdkPixbuf, GLib, Gtk
from .wheel import scroll_on_at_ends
from .wiring import connect, intercept

MOST_ROWS = 2.5
"""Seen at once; a panel with more of them would be nothing else. The cut through the next row says
that there is one."""
MOST_IN_ROW = 12


class GalleryEntry(Gtk.FlowBoxChild):
    def __init__(self, option: Option) -> None:
        super().__init__(visible=True)
        self.id, self.name = option.id, option.label
        picture, name = Picture(), line(option.label)
        picture.set_size_request(GALLERY, GALLERY)
        name.set_xalign(0.5)
        name.set_max_width_chars(8)
        found = _decoded(option.picture)
        if found is not None:
            picture.put(fitted(found, GALLERY * self.get_scale_factor()), GALLERY)
        picture.show()
        name.show()
        self.add(column(picture, name, spacing=TIGHT))
        self.get_child().show()
        describe(self, option.label, option.help, is_written=False)  # long names are cut


class GalleryEditor(Editor):
    """Arrows go through it row by row, letters lead to the next name that begins with them."""

    is_tall = True

    def __init__(self, report: Report) -> None:
        self.list = Gtk.FlowBox(
            visible=True, homogeneous=True, max_children_per_line=MOST_IN_ROW,
            min_children_per_line=2, selection_mode=Gtk.SelectionMode.SINGLE,
            valign=Gtk.Align.START,
        )  # fmt: skip
        frame = Gtk.ScrolledWindow(
            hscrollbar_policy=Gtk.PolicyType.NEVER, propagate_natural_height=True
        )
        frame.add(self.list)
        super().__init__(frame, report, self.list)
        self._frame = frame
        scroll_on_at_ends(frame)
        connect(self.list, "selected-children-changed", self._chosen)
        intercept(self.list, "key-press-event", self._take)

    def configure(self, field: Field) -> None:
        for each in self.list.get_children():
            self.list.remove(each)
        entries = [GalleryEntry(each) for each in field.options]
        for each in entries:
            self.list.add(each)
        if entries:
            height = entries[0].get_preferred_height()[1]
            self._frame.set_max_content_height(round(MOST_ROWS * height))

    def write(self, value: ParameterValue) -> None:
        self.list.unselect_all()
        for each in self.list.get_children():
            if each.id == value:
                self.list.select_child(each)

    def _take(self, event: Gdk.EventKey) -> bool:
        code = Gdk.keyval_to_unicode(event.keyval)
        if not is_alone(event) or not code or not chr(code).isalnum():
            return False
        entries = self.list.get_children()
        chosen = [each.get_index() for each in self.list.get_selected_children()]
        start = chosen[0] + 1 if chosen else 0
        for each in (*entries[start:], *entries[:start]):
            if each.name.casefold().startswith(chr(code).casefold()):
                self.list.select_child(each)
                each.grab_focus()
                break
        return True

    def _chosen(self) -> None:
        for each in self.list.get_selected_children():
            self.edited(each.id)


def _decoded(picture: bytes) -> GdkPixbuf.Pixbuf | None:
    """None for what is no picture: it is a choice by its name then."""
    loader = GdkPixbuf.PixbufLoader()
    try:
        loader.write(picture)
    except GLib.Error:
        _close(loader)
        return None
    return loader.get_pixbuf() if _close(loader) else None


def _close(loader: GdkPixbuf.PixbufLoader) -> bool:
    try:
        return bool(loader.close())
    except GLib.Error:
        return False
