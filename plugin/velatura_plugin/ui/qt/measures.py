# pyright: standard
"""Sizes, all from the font: nothing is cut where it is large."""

from __future__ import annotations

from .compat import QWidget

LEAST_TARGET = 32
"""Logical pixels: what a pen hits without aiming."""
SPACING = 6


def line(widget: QWidget) -> int:
    return int(widget.fontMetrics().height())


def target(widget: QWidget) -> int:
    """The least height and width of what is clicked on."""
    return max(LEAST_TARGET, round(1.6 * line(widget)))


def comfortable(widget: QWidget) -> None:
    widget.setMinimumHeight(target(widget))


def text_width(widget: QWidget, text: str) -> int:
    return int(widget.fontMetrics().horizontalAdvance(text))
