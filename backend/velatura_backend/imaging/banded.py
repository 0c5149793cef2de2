"""Steps over large pictures, band by band: between two bands a cancel is seen.

A step of numpy over 12 megapixels takes from 20 ms to seconds, and nothing stops it on the way. In
bands of a few milliseconds it is the same work on the same values, with the same bits; it is faster
than in one, because what is made between its operations stays in the cache, and takes no memory
beyond the result's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Check = Callable[[], None]
"""Raises ``Cancelled`` when the order is to stop."""

Work = Callable[[slice], None]
Deal = Callable[[Check, Work, Sequence[slice]], None]
"""Has the work done for every band, in any order, and checks between them."""

Scalar = TypeVar("Scalar", bound=np.generic)
T = TypeVar("T")

BAND_PIXELS = 1 << 16
"""Of one band. A dozen operations on so many colours in float are 2 to 10 ms."""

_HALOS = 3
"""A band has at least so many times the rows of its halo: little is worked on twice."""

_POLL_SECONDS = 0.01


def unchecked() -> None:
    """A check for what nobody will stop."""


def one_by_one(check: Check, work: Work, parts: Sequence[slice]) -> None:
    """From top to bottom in this thread."""
    for part in parts:
        check()
        work(part)


def row_bands(height: int, width: int, least: int = 1) -> list[slice]:
    """Equal groups of whole rows, of at least ``least`` of them; none for no rows. They depend on
    the size alone, so that nothing depends on who works on them."""
    rows = max(least, BAND_PIXELS // max(1, width), 1)
    count = max(1, height // rows)
    edges = [height * index // count for index in range(count + 1)]
    return [slice(edges[i], edges[i + 1]) for i in range(count)] if height else []


def in_bands(
    check: Check,
    function: Callable[..., NDArray[Scalar]],
    *arrays: NDArray[Any],
    halo: int = 0,
    deal: Deal = one_by_one,
) -> NDArray[Scalar]:
    """``function(*arrays)``, bit for bit, band by band.

    ``arrays`` are equally high, (height, width, …) or (height,); so is what ``function`` makes of
    them, which keeps the number of rows it is given. It must work on each row by itself, or, with a
    ``halo``, look at so many rows above and below and no further: it is given that many more where
    the picture has them, and what it makes of those is thrown away. So what it does at its borders
    (mirror, repeat) is only ever seen at the picture's. Not for running sums (``uniform_filter``,
    ``cumsum``) along columns, whose last bits depend on where they began, nor for what looks at the
    whole (``mean``, ``max``).

    ``deal``: other threads may take part (see ``Lanes.over``); then ``np.errstate`` belongs inside
    ``function``.

    :raises Cancelled: the order is to stop; by ``check``, called before each band
    """
    height, width = len(arrays[0]), arrays[0].shape[1] if arrays[0].ndim > 1 else 1
    parts = row_bands(height, width, _HALOS * halo)

    def made(part: slice) -> NDArray[Scalar]:
        first = max(0, part.start - halo)
        window = slice(first, min(height, part.stop + halo))
        result = function(*(each[window] for each in arrays))
        return result[part.start - first : part.stop - first]

    check()
    if len(parts) < 2:
        whole = function(*arrays)
        return whole.copy() if any(np.may_share_memory(whole, each) for each in arrays) else whole
    top = made(parts[0])
    out: NDArray[Scalar] = np.empty((height, *top.shape[1:]), top.dtype)
    out[parts[0]] = top

    def work(part: slice) -> None:
        out[part] = made(part)

    deal(check, work, parts[1:])
    return out


def copied_in_bands(check: Check, array: NDArray[Scalar]) -> NDArray[Scalar]:
    """:raises Cancelled: the order is to stop"""
    return in_bands(check, np.copy, array)


def all_in_bands(
    check: Check, function: Callable[..., NDArray[np.bool_]], *arrays: NDArray[Any]
) -> bool:
    """``function(*arrays).all()``, no further than to the first band in which something is not.

    :raises Cancelled: the order is to stop
    """
    height, width = len(arrays[0]), arrays[0].shape[1] if arrays[0].ndim > 1 else 1
    for part in row_bands(height, width):
        check()
        if not function(*(each[part] for each in arrays)).all():
            return False
    return True


def left_alone(check: Check, call: Callable[[], T]) -> T:
    """What ``call`` returns, for a step that cannot be cut: it runs in a thread of its own, where
    it must let go of the interpreter, and is not waited for when the order is to stop. It then goes
    on by itself to its end, so it is to be short, and may only read what others use.

    :raises Cancelled: the order is to stop
    """
    if check is unchecked:
        return call()
    pool = ThreadPoolExecutor(1)
    try:
        pending = pool.submit(call)
        while not pending.done():
            check()
            wait((pending,), _POLL_SECONDS)
        check()
        return pending.result()
    finally:
        pool.shutdown(wait=False)
