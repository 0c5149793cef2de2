from __future__ import annotations

from typing import Any

from tests.contracts.panel.gallery_hands import GalleryHands
from tests.contracts.panel.place import Place
from tests.hosts.gtk.inside import hands
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk


class GtkGallery(GalleryHands):
    def __init__(self, window: Gtk.Window) -> None:
        self._window = window

    def places(self, editor: Any) -> list[Place]:
        return [
            Place(*hands.place(each, editor.widget), each.get_allocated_width(),
                  each.get_allocated_height())
            for each in editor.list.get_children()
        ]  # fmt: skip

    def room(self, editor: Any) -> tuple[int, int]:
        return editor.widget.get_allocated_width(), editor.widget.get_allocated_height()

    def chosen(self, editor: Any) -> list[int]:
        return [each.get_index() for each in editor.list.get_selected_children()]

    def click(self, editor: Any, index: int) -> None:
        hands.click(editor.list.get_children()[index])

    def begin(self, editor: Any) -> None:
        editor.list.child_focus(Gtk.DirectionType.TAB_FORWARD)
        hands.settle()

    def name(self, editor: Any) -> str:
        return hands.names(editor.list)[0]

    def described(self, editor: Any, index: int) -> tuple[str, str]:
        entry = editor.list.get_children()[index]
        name, description = hands.names(entry)
        assert entry.get_tooltip_text() == description
        return name, description

    def colour(self, editor: Any, index: int) -> tuple[int, int, int]:
        entry = editor.list.get_children()[index]
        middle = entry.get_allocated_width() // 2
        left, top = entry.translate_coordinates(self._window, middle, 20)
        window = self._window.get_window()
        red, green, blue, *_ = Gdk.pixbuf_get_from_window(window, left, top, 1, 1).get_pixels()
        return red, green, blue
