# pyright: standard
"""Boxes that arrange what is in them by the width they get."""

from __future__ import annotations

from collections.abc import Sequence

from .measures import SPACING, TIGHT
from .toolkit import Gdk, Gtk

LABEL_SHARE = 0.45
"""Of the width; a longer label lies over its field."""


class WidthBox(Gtk.Fixed):
    """A box whose height follows from its width.

    Of GTK's containers this is the one that draws nothing of its own: all that it measures can be
    replaced, and a box whose measures are replaced complains of not being measured.
    """

    def do_get_request_mode(self) -> Gtk.SizeRequestMode:
        return Gtk.SizeRequestMode.HEIGHT_FOR_WIDTH

    def do_get_preferred_height(self) -> tuple[int, int]:
        return self.do_get_preferred_height_for_width(self.do_get_preferred_width()[1])

    def do_get_preferred_width_for_height(self, height: int) -> tuple[int, int]:
        return self.do_get_preferred_width()

    def do_get_preferred_width(self) -> tuple[int, int]:
        raise NotImplementedError

    def do_get_preferred_height_for_width(self, width: int) -> tuple[int, int]:
        raise NotImplementedError

    def shown(self) -> list[Gtk.Widget]:
        return [each for each in self.get_children() if each.get_visible()]

    def put(self, child: Gtk.Widget, left: int, top: int, width: int, height: int) -> None:
        """``left`` and ``top`` from where reading begins: mirrored where that is the right."""
        area, place = self.get_allocation(), Gdk.Rectangle()
        if self.get_direction() == Gtk.TextDirection.RTL:
            left = area.width - left - width
        place.x, place.y = area.x + left, area.y + top
        place.width, place.height = max(1, width), max(1, height)
        child.size_allocate(place)


class Flow(WidthBox):
    """Children side by side, in as many rows as the width asks for. Those that expand share what is
    left of their row; ``last`` ones come after all that are added later."""

    last: Sequence[Gtk.Widget] = ()

    def shown(self) -> list[Gtk.Widget]:
        children = super().shown()
        return sorted(children, key=lambda each: each in self.last)

    def do_get_preferred_width(self) -> tuple[int, int]:
        widths = [each.get_preferred_width() for each in self.shown()]
        gaps = SPACING * max(0, len(widths) - 1)
        return max((least for least, _ in widths), default=0), sum(n for _, n in widths) + gaps

    def do_get_preferred_height_for_width(self, width: int) -> tuple[int, int]:
        heights = [max(self._heights(row, width)) for row in self._rows(width)]
        whole = sum(heights) + SPACING * max(0, len(heights) - 1)
        return whole, whole

    def do_size_allocate(self, allocation: Gdk.Rectangle) -> None:
        self.set_allocation(allocation)
        top = 0
        for row in self._rows(allocation.width):
            left, height = 0, max(self._heights(row, allocation.width))
            for child, width in zip(row, _widths(row, allocation.width), strict=True):
                self.put(child, left, top, width, height)
                left += width + SPACING
            top += height + SPACING

    def _rows(self, width: int) -> list[list[Gtk.Widget]]:
        rows: list[list[Gtk.Widget]] = []
        left = 0
        for child in self.shown():
            wanted = child.get_preferred_width()[1]
            if not rows or left < wanted:
                rows.append([])
                left = width
            rows[-1].append(child)
            left -= wanted + SPACING
        return rows

    def _heights(self, row: Sequence[Gtk.Widget], width: int) -> list[int]:
        widths = _widths(row, width)
        pairs = zip(row, widths, strict=True)
        return [child.get_preferred_height_for_width(own)[1] for child, own in pairs]


def _widths(row: Sequence[Gtk.Widget], width: int) -> list[int]:
    widths = [min(each.get_preferred_width()[1], width) for each in row]
    growing = [index for index, each in enumerate(row) if each.get_hexpand()]
    spare = width - sum(widths) - SPACING * (len(row) - 1)
    for number, index in enumerate(growing):
        widths[index] += spare * (number + 1) // len(growing) - spare * number // len(growing)
    return widths


class Beside(WidthBox):
    """A label, and its field beside it, or under it where there is no room.

    ``label_width``: that of all labels in the form, so that the fields begin in a line.
    """

    def __init__(self, label: Gtk.Label, field: Gtk.Widget, *, is_tall: bool) -> None:
        super().__init__()
        self.label_width = 0
        self._label, self._field, self._is_tall = label, field, is_tall
        self.add(label)
        self.add(field)

    def own_label_width(self) -> int:
        """Of its text in one line."""
        if not self._label.get_visible():
            return 0
        return int(self._label.create_pango_layout(self._label.get_text()).get_pixel_size()[0])

    def do_get_preferred_width(self) -> tuple[int, int]:
        least, natural = self._field.get_preferred_width()
        label = self._label.get_preferred_width() if self._label.get_visible() else (0, 0)
        beside = natural + max(self.label_width, self.own_label_width()) + SPACING
        return max(least, label[0]), max(natural, beside)

    def do_get_preferred_height_for_width(self, width: int) -> tuple[int, int]:
        label, field = self._heights(width)
        whole = max(label, field) if self._column(width) else label + field + (label and TIGHT)
        return whole, whole

    def do_size_allocate(self, allocation: Gdk.Rectangle) -> None:
        self.set_allocation(allocation)
        width, column = allocation.width, self._column(allocation.width)
        label, field = self._heights(width)
        if column:
            height = max(label, field)
            self.put(self._label, 0, 0, column, height)
            self.put(self._field, column + SPACING, 0, width - column - SPACING, height)
            return
        if label:
            self.put(self._label, 0, 0, width, label)
        self.put(self._field, 0, label + (label and TIGHT), width, field)

    def _column(self, width: int) -> int:
        """How wide the label's is; none where the label lies over the field, or is not seen."""
        own, most = self.own_label_width(), round(LABEL_SHARE * width)
        if not own or self._is_tall or own > most:
            return 0
        column = min(max(own, self.label_width), most)
        least = self._field.get_preferred_width()[0]
        return column if column + SPACING + least <= width else 0

    def _heights(self, width: int) -> tuple[int, int]:
        column = self._column(width)
        beside = width - column - SPACING if column else width
        field = self._field.get_preferred_height_for_width(beside)[1]
        if not self._label.get_visible():
            return 0, field
        return self._label.get_preferred_height_for_width(column or width)[1], field
