"""JPEG: the settings of the source that its edited copy is encoded with.

Read from the segments themselves (ITU-T T.81, annex B; JFIF 1.02), because Pillow reads EXIF on the
way and stumbles over damage there, and limits pixels by a process-wide setting.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from velatura_protocol.errors import UnreadableFile

from .model import JpegDetails

_STANDALONE = frozenset((0x01, *range(0xD0, 0xD8)))
_START_OF_SCAN = 0xDA
_TABLES, _COMMENT, _JFIF = 0xDB, 0xFE, 0xE0
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
# Luma's share of blocks per chroma block, and Pillow's number for it.
_SUBSAMPLINGS = {(1, 1): 0, (2, 1): 1, (2, 2): 2}


def read_header(data: bytes) -> tuple[JpegDetails, bool]:
    """The settings, and whether a resolution is stated.

    :raises UnreadableFile: no complete header
    """
    tables: dict[int, tuple[int, ...]] = {}
    subsampling, progressive, comment, stated = 0, False, b"", False
    try:
        for marker, content in _segments(data):
            if marker == _TABLES:
                tables |= _read_tables(content)
            elif marker in _FRAMES:
                subsampling, progressive = _read_subsampling(content), marker in _PROGRESSIVE
            elif marker == _COMMENT:
                comment = content
            elif marker == _JFIF and content.startswith(b"JFIF\0"):
                stated = content[7] in (1, 2)
    except (struct.error, IndexError, ZeroDivisionError) as error:
        raise UnreadableFile(reason="truncated or damaged") from error
    ordered = tuple(tables[index] for index in sorted(tables))
    return JpegDetails(ordered, subsampling, progressive, comment), stated


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, content) up to the first scan."""
    at = 2
    while True:
        while data[at] != 0xFF or data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        at += 2
        if marker == _START_OF_SCAN:
            return
        if marker in _STANDALONE:
            continue
        length = struct.unpack_from(">H", data, at)[0]
        yield marker, data[at + 2 : at + length]
        at += max(length, 2)


def _read_tables(content: bytes) -> dict[int, tuple[int, ...]]:
    """Quantisation tables by number, in natural order; they are stored in zigzag order."""
    tables: dict[int, tuple[int, ...]] = {}
    at = 0
    while at < len(content):
        wide, index = content[at] >> 4, content[at] & 15
        zigzag = struct.unpack_from(">64H" if wide else ">64B", content, at + 1)
        natural = [0] * 64
        for place, value in zip(_zigzag(), zigzag, strict=True):
            natural[place] = value
        tables[index] = tuple(natural)
        at += 1 + (128 if wide else 64)
    return tables


def _zigzag() -> list[int]:
    """Natural index (row × 8 + column) of each place along the diagonals, which turn in turns."""

    def along(index: int) -> tuple[int, int]:
        row, column = divmod(index, 8)
        diagonal = row + column
        return diagonal, row if diagonal % 2 else column

    return sorted(range(64), key=along)


def _read_subsampling(frame: bytes) -> int:
    """Anything that Pillow has no number for gets full chroma, which loses nothing."""
    factors = [(frame[7 + 3 * i] >> 4, frame[7 + 3 * i] & 15) for i in range(frame[5])]
    if len(factors) != 3 or factors[1] != factors[2]:
        return 0
    luma, chroma = factors[0], factors[1]
    return _SUBSAMPLINGS.get((luma[0] // chroma[0], luma[1] // chroma[1]), 0)
