"""EXIF orientation as a permutation of pixels: exact, and exactly undone."""

from __future__ import annotations

from ..arrays import Samples

# Per EXIF value: transpose first, then flip rows, flip columns, to see the stored pixels upright.
_STEPS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def to_upright(stored: Samples, orientation: int) -> Samples:
    """A view of the stored pixels as they are to be seen."""
    transpose, flip_rows, flip_columns = _STEPS[orientation]
    turned = stored.swapaxes(0, 1) if transpose else stored
    return turned[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def to_stored(upright: Samples, orientation: int) -> Samples:
    """The inverse of :func:`to_upright`."""
    transpose, flip_rows, flip_columns = _STEPS[orientation]
    turned = upright[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]
    return turned.swapaxes(0, 1) if transpose else turned
