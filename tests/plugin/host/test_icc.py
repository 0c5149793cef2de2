from __future__ import annotations

import struct

import pytest

from velatura_plugin.host.icc import transfer_of
from velatura_protocol.pixels import Transfer

IDENTITY = b"curv" + bytes(4) + struct.pack(">I", 0)
GAMMA_1 = b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0100)
GAMMA_2_2 = b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233)
TABLE = b"curv" + bytes(4) + struct.pack(">I256H", 256, *range(0, 65536, 256))
POWER_1 = b"para" + bytes(4) + struct.pack(">HHI", 0, 0, 0x10000)
SRGB = b"para" + bytes(4) + struct.pack(">HH5I", 3, 0, 0x26666, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B)


def profile(*curves: bytes, names: tuple[bytes, ...] = (b"rTRC", b"gTRC", b"bTRC")) -> bytes:
    at = 128 + 4 + 12 * len(curves)
    table, body = b"", b""
    for name, curve in zip(names, curves, strict=False):
        table += struct.pack(">4sII", name, at + len(body), len(curve))
        body += curve
    return bytes(128) + struct.pack(">I", len(curves)) + table + body


@pytest.mark.parametrize("curve", [IDENTITY, GAMMA_1, POWER_1])
def test_identity_curves_are_linear(curve: bytes) -> None:
    assert transfer_of(profile(curve, curve, curve)) is Transfer.LINEAR


@pytest.mark.parametrize("curve", [GAMMA_2_2, TABLE, SRGB, b"", b"curv"])
def test_other_curves_are_encoded(curve: bytes) -> None:
    assert transfer_of(profile(curve, curve, curve)) is Transfer.ENCODED


def test_one_curve_that_is_not_the_identity_is_enough() -> None:
    assert transfer_of(profile(IDENTITY, IDENTITY, GAMMA_2_2)) is Transfer.ENCODED


def test_grey_has_one_curve() -> None:
    assert transfer_of(profile(IDENTITY, names=(b"kTRC",))) is Transfer.LINEAR


@pytest.mark.parametrize("icc", [b"", bytes(200), profile(IDENTITY)[:140], b"\xff" * 200])
def test_what_cannot_be_read_is_encoded(icc: bytes) -> None:
    assert transfer_of(icc) is Transfer.ENCODED
