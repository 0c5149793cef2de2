"""Screenshots out of the frame buffer that Xvfb keeps in a file, in the format of xwd.

The header is in ``X11/XWDFile.h``: 25 numbers of 32 bit, big-endian.
"""

from __future__ import annotations

import struct
import zlib

_HEADER = struct.Struct(">25I")
_COLOUR_BYTES = 12


def png_of_dump(dump: bytes) -> bytes:
    """:param dump: true colour, 32 bit a pixel, blue first, as Xvfb writes it on little-endian

    :raises ValueError: a dump of another kind
    """
    fields = _HEADER.unpack_from(dump)
    header_bytes, width, height = fields[0], fields[4], fields[5]
    bits, stride, colours = fields[11], fields[12], fields[19]
    if bits != 32 or fields[7] != 0:
        raise ValueError(f"{bits} bit a pixel, byte order {fields[7]}")
    start = header_bytes + colours * _COLOUR_BYTES
    rows = (dump[start + y * stride :][: width * 4] for y in range(height))
    return _png(width, height, b"".join(b"\0" + _rgb(row) for row in rows))


def _rgb(row: bytes) -> bytes:
    out = bytearray(len(row) // 4 * 3)
    for channel in range(3):
        out[channel::3] = row[2 - channel :: 4]
    return bytes(out)


def _png(width: int, height: int, filtered: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(filtered, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
