"""The pixels of a large picture that a mask selects, band by band."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ....imaging.banded import row_bands
from .kernels import BoolMask, Floats
from .lanes import Lanes

Scalar = TypeVar("Scalar", bound=np.generic)

_SAMPLES = 100_000


def sampling_step(count: int) -> int:
    """Every so many of them are enough to know their spread."""
    return 1 + count // _SAMPLES


def selected(values: NDArray[Scalar], where: BoolMask, lanes: Lanes) -> NDArray[Scalar]:
    """``values[where]``, of a plane or a picture.

    :raises Cancelled: the order is to stop
    """
    out = np.empty((int(np.count_nonzero(where)), *values.shape[2:]), values.dtype)
    parts = row_bands(*where.shape)
    ends = np.cumsum([int(np.count_nonzero(where[part])) for part in parts])
    begins = dict(zip((part.start for part in parts), (0, *ends), strict=False))

    def work(part: slice) -> None:
        chosen = values[part][where[part]]
        out[begins[part.start] : begins[part.start] + len(chosen)] = chosen

    lanes.bands(work, *where.shape)
    return out


def every_place(where: BoolMask, step: int, lanes: Lanes) -> NDArray[np.intp]:
    """``np.flatnonzero(where)[::step]``, without the eight bytes a pixel.

    :raises Cancelled: the order is to stop
    """
    found, seen = list[NDArray[np.intp]](), 0
    for part in row_bands(*where.shape):
        lanes.check()
        places = np.flatnonzero(where[part])
        found.append(places[-seen % step :: step] + part.start * where.shape[1])
        seen += len(places)
    return np.concatenate(found) if found else np.empty(0, np.intp)


def variance(values: Floats, where: BoolMask, lanes: Lanes) -> Floats:
    """``values[where].var(axis=0)`` of a picture (H, W, c), its sums in the same order.

    :raises Cancelled: the order is to stop
    """
    count = np.count_nonzero(where)

    def mean(of: Callable[[Floats], Floats]) -> Floats:
        total = np.zeros(values.shape[2], np.float32)
        for part in row_bands(*where.shape):
            lanes.check()
            band = of(values[part][where[part]])
            total = np.add.reduce(np.concatenate([total[None], band]), axis=0)
        return total / np.float32(count)

    centre = mean(lambda band: band)
    return mean(lambda band: np.square(band - centre))


def extremes(plane: Floats, where: BoolMask | None, lanes: Lanes) -> tuple[float, float]:
    """The least and the most of a plane, or of what of it is selected.

    :raises Cancelled: the order is to stop
    """
    least, most = np.inf, -np.inf
    for part in row_bands(*plane.shape):
        lanes.check()
        chosen = True if where is None else where[part]
        least = min(least, float(np.min(plane[part], where=chosen, initial=np.inf)))
        most = max(most, float(np.max(plane[part], where=chosen, initial=-np.inf)))
    return least, most
