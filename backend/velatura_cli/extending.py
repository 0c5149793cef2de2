"""How far a picture is extended, as a command line says it. Parsers raise ``ArgumentTypeError``."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

from velatura_plugin.capture.extent import Anchor, margins_to_aspect
from velatura_protocol.errors import BadTask
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import MAX_COORDINATE, Margins, Size

ANCHORS = {anchor.name.lower().replace("_", "-"): anchor for anchor in Anchor}


@dataclass(frozen=True)
class Length:
    """Pixels, or parts of the picture's side."""

    value: float
    is_fraction: bool = False

    def of(self, side: int) -> int:
        return round(self.value * side if self.is_fraction else self.value)


@dataclass(frozen=True)
class Sides:
    """What is added on each side."""

    left: Length
    top: Length
    right: Length
    bottom: Length

    def margins(self, size: Size) -> Margins:
        """For a picture of that size.

        :raises BadTask: beyond all documents
        """
        sides = (
            self.left.of(size.width),
            self.top.of(size.height),
            self.right.of(size.width),
            self.bottom.of(size.height),
        )
        if max(sides) > MAX_COORDINATE:
            raise BadTask(field="extent", reason=TaskFault.BEYOND_DOCUMENTS)
        return Margins(*sides)


@dataclass(frozen=True)
class Aspect:
    """The shape the picture is to have."""

    width: float
    height: float
    anchor: Anchor = Anchor.CENTRE

    def margins(self, size: Size) -> Margins:
        """For a picture of that size.

        :raises BadTask: beyond all documents
        """
        return margins_to_aspect(size, self.width, self.height, self.anchor)


Extension = Sides | Aspect


def sides(text: str) -> Sides:
    """``N`` on all sides, or ``LEFT,TOP,RIGHT,BOTTOM``; each in pixels, or in per cent of the
    picture's width or height."""
    parts = text.split(",")
    if len(parts) not in (1, 4):
        raise _not_sides(text)
    lengths = [_length(part.strip(), text) for part in parts]
    if not any(length.value for length in lengths):
        raise argparse.ArgumentTypeError(f"{text!r} adds nothing")
    return Sides(*(lengths * 4 if len(lengths) == 1 else lengths))


def _length(part: str, text: str) -> Length:
    number = part.removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        raise _not_sides(text) from None
    if not 0.0 <= value < math.inf:
        raise _not_sides(text)
    if number != part:
        return Length(value / 100.0, is_fraction=True)
    if value != int(value):
        raise _not_sides(text)
    return Length(value)


def _not_sides(text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(
        f"{text!r} is not N or LEFT,TOP,RIGHT,BOTTOM, in pixels or with %"
    )


def aspect(text: str) -> Aspect:
    """``W:H``."""
    width, _, height = text.partition(":")
    try:
        shape = Aspect(float(width), float(height))
    except ValueError:
        shape = Aspect(math.nan, math.nan)
    if not all(0.0 < side < math.inf for side in (shape.width, shape.height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTH:HEIGHT, such as 16:9")
    return shape


def anchor(text: str) -> Anchor:
    if text not in ANCHORS:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(ANCHORS)}")
    return ANCHORS[text]
