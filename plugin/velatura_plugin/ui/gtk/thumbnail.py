# pyright: standard
"""One variation as a small picture to pick."""

from __future__ import annotations

from collections.abc import Callable

from ..model import Thumbnail
from .images import Picture
from .measures import THUMBNAIL
from .style import MARK, THUMB
from .texts import describe
from .toolkit import Gtk
from .wiring import connect


class ThumbnailButton(Gtk.ToggleButton):
    """The current one has a frame, an accepted one a tick, the best of several a star; one that is
    on its way is empty."""

    def __init__(self, choose: Callable[[int], None]) -> None:
        super().__init__(relief=Gtk.ReliefStyle.NONE)
        self.thumbnail: Thumbnail | None = None
        self.picture = Picture()
        self.picture.set_size_request(THUMBNAIL, THUMBNAIL)
        self.picture.show()
        self.kept, self.best = _mark("✓", Gtk.Align.END), _mark("★", Gtk.Align.START)
        over = Gtk.Overlay(visible=True)
        over.add(self.picture)
        over.add_overlay(self.kept)
        over.add_overlay(self.best)
        self.add(over)
        self.get_style_context().add_class(THUMB)
        self._is_drawing = False
        connect(self, "toggled", lambda: self._choose(choose))

    def display(self, thumbnail: Thumbnail) -> None:
        if thumbnail == self.thumbnail:
            return
        self.thumbnail = thumbnail
        self.picture.display(thumbnail.pixels, THUMBNAIL)
        self._check(thumbnail.is_current)
        self.kept.set_visible(thumbnail.is_kept)
        self.best.set_visible(thumbnail.is_best)
        describe(self, thumbnail.name, is_written=False)

    def _check(self, is_current: bool) -> None:
        self._is_drawing = True
        self.set_active(is_current)
        self._is_drawing = False

    def _choose(self, choose: Callable[[int], None]) -> None:
        if self.thumbnail is not None and not self._is_drawing:
            # What is current is the model's to say, whatever a click has made of it.
            self._check(self.thumbnail.is_current)
            choose(self.thumbnail.index)


def _mark(sign: str, side: Gtk.Align) -> Gtk.Label:
    label = Gtk.Label(label=sign, halign=side, valign=Gtk.Align.START)
    label.get_style_context().add_class(MARK)
    return label
