"""Pictures in files, as other programs write them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

from velatura_backend.imaging.files.png import SIGNATURE

RGB = np.random.default_rng(1).integers(0, 256, (12, 16, 3), np.uint8)
DEEP = np.random.default_rng(2).integers(0, 65536, (12, 16, 4)).astype(np.uint16)


def pillow(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def raw_png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(content, zlib.crc32(name))
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return SIGNATURE + body
