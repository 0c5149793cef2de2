"""Extending the canvas: how far it grows, and what is captured of a document for that.

Pure Python on bytes: rows are joined, never looked into.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from velatura_protocol.errors import BadTask, TooLarge
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.tasks import SampleSource

from ..host.base import Document, Host, RoleContent, Selection
from ..host.samples import crop


class Anchor(Enum):
    """Where the picture lies on the larger canvas: how much of what is added goes to its left and
    above it, in halves."""

    TOP_LEFT = (0, 0)
    TOP = (1, 0)
    TOP_RIGHT = (2, 0)
    LEFT = (0, 1)
    CENTRE = (1, 1)
    RIGHT = (2, 1)
    BOTTOM_LEFT = (0, 2)
    BOTTOM = (1, 2)
    BOTTOM_RIGHT = (2, 2)


def margins_to_aspect(
    size: Size, width: float, height: float, anchor: Anchor = Anchor.CENTRE
) -> Margins:
    """The least that makes a canvas of ``size`` as wide to high as ``width`` to ``height``, to the
    nearest pixel; empty where it is already.

    :raises BadTask: a side of the ratio is not above 0, or the canvas would be beyond all documents
    """
    if not (width > 0 and height > 0 and size.area):
        raise BadTask(field="extent", reason=TaskFault.NO_RATIO)
    try:
        across = max(0, round(size.height * width / height) - size.width)
        down = max(0, round(size.width * height / width) - size.height)
        # One of the two is 0, but for a ratio that both round to.
        if across >= down:
            left = across * anchor.value[0] // 2
            return Margins(left=left, right=across - left)
        top = down * anchor.value[1] // 2
        return Margins(top=top, bottom=down - top)
    except (OverflowError, ValueError):
        raise BadTask(field="extent", reason=TaskFault.BEYOND_DOCUMENTS) from None


@dataclass(frozen=True)
class Ground:
    """The canvas a task is in: the document's own, or the larger one that it is to have.

    Everything here is in this canvas's pixels; the host is asked in the document's.
    """

    document: Document
    margins: Margins = Margins()

    @property
    def size(self) -> Size:
        return self.margins.around(self.document.size)

    @property
    def whole(self) -> Rect:
        return Rect.of_size(self.size)

    def frame(self, limit: int) -> Selection:
        """The mask of what is new: 255 there, 0 on every pixel of the document.

        :raises BadTask: nothing is
        :raises TooLarge: the larger canvas is above ``limit`` pixels
        """
        if self.margins.is_empty:
            raise BadTask(field="extent", reason=TaskFault.NOTHING_ADDED)
        size = _bounded(self.margins, self.document.size, limit)
        width, held = size.width, self.document.size
        row = b"\xff" * self.margins.left + bytes(held.width) + b"\xff" * self.margins.right
        above, below = self.margins.top * width, self.margins.bottom * width
        data = b"".join((b"\xff" * above, row * held.height, b"\xff" * below))
        return Selection(self.whole, Pixels(size, MASK_FORMAT, data))

    def capture(self, host: Host, source: SampleSource, region: Rect, *, layer: str) -> Pixels:
        """Raw samples as :meth:`~.host.base.Host.capture` gives them; zeros, which is transparent
        where there is alpha, beyond the document."""
        held = self.margins.inside(self.size).intersection(region)
        if held.is_empty:
            form = self.document.format
            return Pixels(region.size, form, bytes(form.byte_count(region.size)))
        asked = held.translated(-self.margins.left, -self.margins.top)
        return padded(host.capture(self.document, source, asked, layer=layer), held, region)

    def mask(self, host: Host, reference: str, *, within: Rect) -> Selection:
        """As :meth:`~.host.base.Host.mask_content` gives it."""
        asked = within.translated(-self.margins.left, -self.margins.top)
        drawn = host.mask_content(self.document, reference, within=asked)
        return Selection(self._moved(drawn.region), drawn.pixels)

    def content(self, content: RoleContent) -> RoleContent:
        """What the host gave, here."""
        return RoleContent(self._moved(content.region), content.pixels, content.colour)

    def _moved(self, region: Rect) -> Rect:
        return region.translated(self.margins.left, self.margins.top)


def _bounded(margins: Margins, size: Size, limit: int) -> Size:
    width = size.width + margins.left + margins.right
    height = size.height + margins.top + margins.bottom
    if width * height > limit:
        raise TooLarge(pixels=width * height, limit=limit)
    return Size(width, height)


def cut_out(pixels: Pixels, region: Rect, wanted: Rect) -> Pixels:
    """What of pixels that lie at ``region`` lies in ``wanted``, with zeros where they do not
    reach."""
    inside = region.intersection(wanted)
    if inside.is_empty:
        return Pixels(wanted.size, pixels.format, bytes(pixels.format.byte_count(wanted.size)))
    part = Pixels(inside.size, pixels.format, crop(pixels, region, inside))
    return padded(part, inside, wanted)


def padded(pixels: Pixels, region: Rect, wanted: Rect) -> Pixels:
    """Pixels that lie at ``region``, with zeros around them up to ``wanted``, which holds it."""
    if region == wanted:
        return pixels
    each = pixels.format.pixel_bytes
    source = memoryview(pixels.data).cast("B")
    before = bytes((region.x - wanted.x) * each)
    after = bytes((wanted.right - region.right) * each)
    line = wanted.width * each
    rows: list[bytes | memoryview] = [bytes((region.y - wanted.y) * line)]
    for start in range(0, region.area * each, region.width * each):
        rows += (before, source[start : start + region.width * each], after)
    rows.append(bytes((wanted.bottom - region.bottom) * line))
    return Pixels(wanted.size, pixels.format, b"".join(rows))
