"""Single channels of many pixels at once, in pure Python: no editor's Python has numpy for sure.

Slices with a step and :meth:`bytes.translate` are loops in C; sums and choices are made on integers
of many lanes. A channel of 16 megapixels takes some 10 to 100 ms this way (tests/benchmarks), where
a loop over its samples takes 20 s.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from functools import cache

from velatura_protocol.pixels import Depth, Pixels

CHUNK = 1 << 14
"""Samples worked on at once: they fit the processor's nearest cache, and are often all the same."""


def channel(pixels: Pixels, index: int, of_word: Callable[[float], int]) -> bytes:
    """``of_word`` of each sample of a channel.

    It is given the value that the sample's upper 16 bits stand for (8 bits in U8 and U16, full
    scale as 1.0) and gives a byte. What it gives for each is kept: it is not to be made anew for
    each call.
    """
    depth, step = pixels.format.depth, pixels.format.pixel_bytes
    size = depth.sample_bytes
    high = _every(pixels.data, index * size + size - 1, step)
    if depth in (Depth.U8, Depth.U16):
        return high.translate(bytes(of_word(value / 255) for value in range(256)))
    return _table(depth, of_word).applied(high, _every(pixels.data, index * size + size - 2, step))


def chunks(*planes: bytes) -> Iterator[tuple[bytes, ...]]:
    """The same stretch of each, one after another."""
    for start in range(0, len(planes[0]), CHUNK):
        yield tuple(each[start : start + CHUNK] for each in planes)


def is_uniform(plane: bytes) -> bool:
    """Whether all bytes are the same; True for none."""
    return plane == plane[:1] * len(plane)


def lanes(plane: bytes) -> int:
    """An integer with a byte's value in each 16 bits."""
    wide = bytearray(2 * len(plane))
    wide[::2] = plane
    return int.from_bytes(wide, "little")


def _every(data: bytes | bytearray | memoryview, start: int, step: int) -> bytes:
    # A memoryview with a step is read element by element, which takes twenty times as long.
    return bytes(data)[start::step]


@cache
def _table(depth: Depth, of_word: Callable[[float], int]) -> _Table:
    return _Table(bytes(map(of_word, _values(depth))))


def _values(depth: Depth) -> tuple[float, ...]:
    """What a sample is whose upper 16 bits are 0, 1 … and all others 0."""
    if depth is Depth.F16:
        return struct.unpack("<65536e", struct.pack("<65536H", *range(65536)))
    return struct.unpack("<65536f", struct.pack("<65536I", *(n << 16 for n in range(65536))))


class _Table:
    """A function of 16 bits, which come as two planes of bytes; ``words`` has what it gives.

    For most upper bytes the lower one does not matter; for each of the others it is looked up, and
    chosen where that upper byte is.
    """

    def __init__(self, words: bytes) -> None:
        rows = [words[upper << 8 : (upper + 1) << 8] for upper in range(256)]
        self._words = words
        self._varying = {upper: row for upper, row in enumerate(rows) if not is_uniform(row)}
        self._constant = bytes(
            0 if upper in self._varying else row[0] for upper, row in enumerate(rows)
        )

    def applied(self, high: bytes, low: bytes) -> bytes:
        return b"".join(self._chunk(upper, lower) for upper, lower in chunks(high, low))

    def _chunk(self, high: bytes, low: bytes) -> bytes:
        if is_uniform(high) and is_uniform(low):
            return self._words[high[0] << 8 | low[0] :][:1] * len(high)
        made = int.from_bytes(high.translate(self._constant), "little")
        for upper, row in self._varying.items():
            if upper in high:
                here = int.from_bytes(high.translate(_only(upper)), "little")
                made |= here & int.from_bytes(low.translate(row), "little")
        return made.to_bytes(len(high), "little")


@cache
def _only(value: int) -> bytes:
    """255 for ``value``, 0 for others."""
    return bytes(255 if each == value else 0 for each in range(256))
