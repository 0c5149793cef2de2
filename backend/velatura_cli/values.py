"""What the command line's values may look like. Each raises ``ArgumentTypeError`` with a phrase."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Edge, EdgeKind, Intent, Role


def whole_number(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not minimum <= value <= maximum:
            raise argparse.ArgumentTypeError(f"must be between {minimum} and {maximum}")
        return value

    return parse


def intent_among(offered: Sequence[Intent]) -> Callable[[str], Intent]:
    """An intent that some installed engine offers."""

    def parse(text: str) -> Intent:
        if text not in {intent.value for intent in Intent} - {Intent.NONE.value}:
            names = ", ".join(intent.value for intent in offered)
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {names}")
        if Intent(text) not in offered:
            raise argparse.ArgumentTypeError(f"no installed engine can {text.replace('_', ' ')}")
        return Intent(text)

    return parse


def edge(text: str) -> Edge:
    """``exact``, ``grow=N`` or ``feather=N``, N in pixels."""
    kind, equals, pixels = text.partition("=")
    try:
        if kind == EdgeKind.EXACT.value and not equals:
            return Edge()
        if kind in (EdgeKind.GROW.value, EdgeKind.FEATHER.value) and math.isfinite(float(pixels)):
            return Edge(EdgeKind(kind), float(pixels))
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(
        f"{text!r} is not exact, grow=N or feather=N (N between 0 and 4096 pixels)"
    )


def size(text: str) -> Size:
    """``WxH`` in pixels."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, such as 1920x1080")
    return Size(int(width), int(height))


def scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value <= 16.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0 and up to 16")
    return value


def fraction(text: str) -> float:
    """A part of the whole, in 0…1: ``0.4`` or ``40%``."""
    number = text.removesuffix("%")
    try:
        value = float(number) / (100.0 if number != text else 1.0)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1, or 0% and 100%")
    return value


def table_file(text: str) -> Path:
    """Where a table of colours is written."""
    path = Path(text)
    if path.suffix.lower() not in (".cube", ".png"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a .cube or .png file")
    return path


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def key_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def input_role(text: str) -> tuple[str, Path]:
    """``ROLE=FILE``."""
    role, equals, path = text.partition("=")
    if not (equals and path and Role.is_known(role)):
        roles = ", ".join(sorted(Role.ALL - {Role.IMAGE, Role.MASK}))
        raise argparse.ArgumentTypeError(f"{text!r} is not ROLE=FILE with a role of {roles}")
    return role, Path(path)
