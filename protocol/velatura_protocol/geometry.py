"""Sizes and rectangles in whole pixels; x grows to the right, y downwards.

Everything that crosses a process border is measured in the document's own pixel grid, and is frozen
when it is captured: a canvas that is resized while a job runs must not move its result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .fields import Natural

MAX_COORDINATE = 2**30
"""No edge of anything lies further out: sums of two coordinates still fit 32 bits."""


@dataclass(frozen=True)
class Size:
    """Width and height in pixels, both in 0 .. ``MAX_COORDINATE``."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 0 or self.height < 0:
            raise ValueError(f"a size cannot be negative: {self.width}x{self.height}")
        if max(self.width, self.height) > MAX_COORDINATE:
            raise ValueError(f"a size beyond all documents: {self.width}x{self.height}")

    @property
    def area(self) -> int:
        return self.width * self.height

    def scaled(self, scale: float) -> Size:
        """To the nearest whole pixel."""
        return Size(round(self.width * scale), round(self.height * scale))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True)
class Margins:
    """How far something reaches beyond something else on each side, in pixels; never negative."""

    left: Natural = 0
    top: Natural = 0
    right: Natural = 0
    bottom: Natural = 0

    def __post_init__(self) -> None:
        sides = (self.left, self.top, self.right, self.bottom)
        if min(sides) < 0:
            raise ValueError(f"a margin cannot be negative: {min(sides)}")
        if max(sides) > MAX_COORDINATE:
            raise ValueError(f"a margin beyond all documents: {max(sides)}")

    @property
    def is_empty(self) -> bool:
        return self == Margins()

    def around(self, size: Size) -> Size:
        """The size with the margins."""
        return Size(size.width + self.left + self.right, size.height + self.top + self.bottom)

    def inside(self, size: Size) -> Rect:
        """What is left of the size without them, in its pixels; empty, never negative."""
        right, bottom = size.width - self.right, size.height - self.bottom
        return Rect.from_edges(self.left, self.top, right, bottom)


@dataclass(frozen=True)
class Rect:
    """A rectangle of pixels: columns ``x .. x+width-1``, rows ``y .. y+height-1``.

    Its position may be negative (a layer may lie off the canvas); its size may not.
    """

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 0 or self.height < 0:
            raise ValueError(f"a rectangle cannot have negative size: {self.width}x{self.height}")
        if max(abs(self.x), abs(self.y), self.width, self.height) > MAX_COORDINATE:
            raise ValueError(f"a rectangle beyond all documents: {self}")

    @classmethod
    def of_size(cls, size: Size) -> Rect:
        return cls(0, 0, size.width, size.height)

    @classmethod
    def from_edges(cls, left: int, top: int, right: int, bottom: int) -> Rect:
        """The rectangle between edges; empty (never negative) where they cross."""
        return cls(left, top, max(0, right - left), max(0, bottom - top))

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def is_empty(self) -> bool:
        return self.width == 0 or self.height == 0

    def translated(self, dx: int, dy: int) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def scaled(self, scale: float) -> Rect:
        """Its corner and its size, each to the nearest whole pixel."""
        size = self.size.scaled(scale)
        return Rect(round(self.x * scale), round(self.y * scale), size.width, size.height)

    def grown(self, margin: int) -> Rect:
        """Larger by ``margin`` on each side; a negative margin shrinks, down to empty."""
        return Rect.from_edges(
            self.x - margin, self.y - margin, self.right + margin, self.bottom + margin
        )

    def contains(self, other: Rect) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def intersection(self, other: Rect) -> Rect:
        return Rect.from_edges(
            max(self.x, other.x),
            max(self.y, other.y),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle around both; an empty one adds nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Rect.from_edges(
            min(self.x, other.x),
            min(self.y, other.y),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def bounding_rect(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all of them; the empty rectangle for none."""
    bounds = Rect(0, 0, 0, 0)
    for rect in rects:
        bounds = bounds.union(rect)
    return bounds
