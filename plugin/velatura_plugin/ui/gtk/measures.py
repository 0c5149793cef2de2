"""Sizes in logical pixels."""

from __future__ import annotations

LEAST_TARGET = 32
"""Height and width of what is clicked on: what a pen hits without aiming."""
LEAST_WIDTH = 240
SPACING = 6
TIGHT = 2
"""Between what belongs together."""
COVER = 64
THUMBNAIL = 64
"""Three of them fit the narrowest panel, frames included."""
PREVIEW = 180
GALLERY = 64
