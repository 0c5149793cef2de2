# pyright: standard
"""The staged sets, one under the other. Of several, one is open and the others are a line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..arranging import open_strip
from ..chrome import Chrome
from ..model import Strip
from ..strip_actions import AskJob, Choose
from .fold import Arrow
from .images import Picture
from .measures import LEAST_TARGET, SPACING
from .strip import StripBox
from .texts import describe, line, row, say
from .toolkit import Gtk
from .wiring import connect


class StripHead(Gtk.Box):
    """Which set it is, and what its current variation looks like. A click opens it."""

    def __init__(self, clicked: Callable[[], None]) -> None:
        super().__init__(spacing=SPACING)
        self._arrow = Arrow()
        self.title, self._position, self._cover = line(), line(), Picture()
        self.button = Gtk.Button(visible=True, focus_on_click=False, relief=Gtk.ReliefStyle.NONE)
        self.button.add(row(self._arrow, self.title, grows=self.title))
        self.button.set_size_request(-1, LEAST_TARGET)
        self.pack_start(self.button, True, True, 0)
        self.pack_start(self._position, False, False, 0)
        self.pack_start(self._cover, False, False, 0)
        connect(self.button, "clicked", clicked)

    def display(self, strip: Strip, *, is_open: bool) -> None:
        self._arrow.point(is_open=is_open)
        say(self.title, strip.title)
        describe(self.button, strip.title, strip.position)
        self.button.set_tooltip_text(strip.title)  # a long one is cut
        say(self._position, "" if is_open else strip.position)
        current = [each.pixels for each in strip.thumbnails if each.is_current]
        self._cover.set_visible(not is_open)
        self._cover.display(current[0] if current else None, LEAST_TARGET)


class Pile(Gtk.Box):
    """The newest set is open, unless the user is busy with another one; a click opens another.
    ``unfolded``: who wants to know of that."""

    def __init__(
        self, ask: AskJob, choose: Choose, chrome: Chrome, unfolded: Callable[[], None]
    ) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING)
        self.boxes: list[StripBox] = []
        self.heads: list[StripHead] = []
        self._ask, self._choose, self._chrome = ask, choose, chrome
        self._unfolded = unfolded
        self._strips: tuple[Strip, ...] = ()
        self._open = ""

    def display(self, strips: tuple[Strip, ...]) -> None:
        if strips == self._strips:
            return
        before, self._strips = self._strips, strips
        self._open = open_strip(before, strips, self._open, is_in_use=self._is_in_use())
        self._draw()
        self.set_visible(bool(strips))

    def labels(self) -> list[Gtk.Label]:
        return [label for each in self.boxes if each.get_visible() for label in each.labels()]

    def _is_in_use(self) -> bool:
        """By keys, or the pointer is over it."""
        top = self.get_toplevel()
        is_active = isinstance(top, Gtk.Window) and top.has_toplevel_focus()
        if is_active and self.get_focus_child() is not None:
            return True
        window = self.get_window()
        if window is None or not self.get_mapped():
            return False
        seat = self.get_display().get_default_seat()
        _, x, y, _ = window.get_device_position(seat.get_pointer())
        area = self.get_allocation()
        return area.x <= x < area.x + area.width and area.y <= y < area.y + area.height

    def _draw(self) -> None:
        while len(self.boxes) < len(self._strips):
            self._add(len(self.boxes))
        is_pile = len(self._strips) > 1
        for index, (head, box) in enumerate(zip(self.heads, self.boxes, strict=True)):
            strip = self._strips[index] if index < len(self._strips) else None
            is_open = strip is not None and strip.job == self._open
            head.set_visible(is_pile and strip is not None)
            if strip is not None and is_pile:
                head.display(strip, is_open=is_open)
                strip = replace(strip, title="")
            box.display(strip) if is_open else box.fold(strip)

    def _add(self, index: int) -> None:
        self.heads.append(StripHead(lambda: self._unfold(index)))
        self.boxes.append(StripBox(self._ask, self._choose, self._chrome))
        self.pack_start(self.heads[-1], False, False, 0)
        self.pack_start(self.boxes[-1], False, False, 0)

    def _unfold(self, index: int) -> None:
        if index < len(self._strips):
            self._open = self._strips[index].job
            self._draw()
            self._unfolded()
