"""WebP's container: is the picture lossless (WebP Container Specification, RFC 9649)."""

from __future__ import annotations

import struct


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def is_lossless(data: bytes) -> bool:
    """Whether the (first) picture is a ``VP8L`` chunk. False for what cannot be read."""
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name in (b"VP8L", b"VP8 "):
            return name == b"VP8L"
        at += 8 + length + length % 2
    return False
