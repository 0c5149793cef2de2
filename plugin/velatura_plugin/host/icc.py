"""The one thing an adapter must know of an ICC profile: whether its samples are linear light."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from velatura_protocol.pixels import Transfer

_HEADER_BYTES = 128
_CURVES = (b"rTRC", b"gTRC", b"bTRC", b"kTRC")
_MOST_TAGS = 256


def transfer_of(icc: bytes) -> Transfer:
    """Linear if every tone curve of the profile is the identity (ICC.1:2022 §10.6, §10.18).

    A profile without curves, or none that can be read, is taken as encoded, which is what a
    document without a profile is.
    """
    curves = list(_tone_curves(icc))
    is_linear = bool(curves) and all(map(_is_identity, curves))
    return Transfer.LINEAR if is_linear else Transfer.ENCODED


def _tone_curves(icc: bytes) -> Iterator[bytes]:
    if len(icc) < _HEADER_BYTES + 4:
        return
    (count,) = struct.unpack_from(">I", icc, _HEADER_BYTES)
    for index in range(min(count, _MOST_TAGS)):
        at = _HEADER_BYTES + 4 + 12 * index
        if len(icc) < at + 12:
            return
        name, offset, size = struct.unpack_from(">4sII", icc, at)
        if name in _CURVES:
            yield icc[offset : offset + size]


def _is_identity(curve: bytes) -> bool:
    if len(curve) < 12:
        return False
    kind, count = curve[:4], struct.unpack_from(">I", curve, 8)[0]
    if kind == b"curv":
        # No entry is the identity by definition; one is a gamma in u8Fixed8.
        return count == 0 or (count == 1 and curve[12:14] == b"\x01\x00")
    # Type 0 of a parametric curve is Y = X^g, with g in s15Fixed16.
    return kind == b"para" and curve[8:10] == b"\0\0" and curve[12:16] == b"\0\x01\0\0"
