"""Tiny uncompressed TIFFs with whatever tags a test wants, in both byte orders."""

from __future__ import annotations

import struct
from typing import Any

from numpy.typing import NDArray

_FORMATS = {"u": 1, "i": 2, "f": 3}
_TYPES = {3: ("H", 2), 4: ("I", 4)}


def make_tiff(
    samples: NDArray[Any],
    photometric: int = 2,
    extra: tuple[int, ...] = (),
    order: str = "<",
    tags: dict[int, tuple[int, ...]] | None = None,
) -> bytes:
    """``samples`` (H, W, C) in one strip; ``extra``: ExtraSamples; ``tags``: more LONG tags."""
    height, width, channels = samples.shape
    strip = samples.astype(samples.dtype.newbyteorder(order)).tobytes()
    entries: dict[int, tuple[int, tuple[int, ...]]] = {
        256: (4, (width,)),
        257: (4, (height,)),
        258: (3, (samples.itemsize * 8,) * channels),
        259: (3, (1,)),
        262: (3, (photometric,)),
        273: (4, (8,)),
        277: (3, (channels,)),
        278: (4, (height,)),
        279: (4, (len(strip),)),
        339: (3, (_FORMATS[samples.dtype.kind],) * channels),
    }
    if extra:
        entries[338] = (3, extra)
    entries |= {tag: (4, values) for tag, values in (tags or {}).items()}
    body = strip + bytes(len(strip) % 2)
    directory = b""
    for tag, (kind, values) in sorted(entries.items()):
        letter, width_bytes = _TYPES[kind]
        value = struct.pack(f"{order}{len(values)}{letter}", *values)
        if len(values) * width_bytes > 4:
            value, body = struct.pack(f"{order}I", 8 + len(body)), body + value
        directory += struct.pack(f"{order}HHI", tag, kind, len(values)) + value.ljust(4, b"\0")
    header = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(body))
    return header + body + struct.pack(f"{order}H", len(entries)) + directory + bytes(4)
