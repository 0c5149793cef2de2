"""ICC profiles that are curves and a matrix, read well enough to convert without bounds.

LittleCMS does the rest (profiles with tables). For matrix and grey profiles it clips or bends what
lies outside 0..1: a pure gamma of -0.2 becomes 0, a sampled curve ends at 1. HDR and wide gamut
need both, so here curves go on: mirrored below 0, by their formula or last slope beyond 1.

ICC.1:2022 (profile version 4.4), sections 7, 10.6 (curve) and 10.18 (parametric curve).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat

Values = NDArray[np.floating[Any]]
Matrix = NDArray[np.float64]

_HEADER_BYTES = 128
_LINEAR_TOLERANCE = 1e-3


class ProfileKind(Enum):
    MATRIX = "matrix"
    GREY = "grey"
    TABLES = "tables"
    """RGB through look-up tables only."""


@dataclass(frozen=True)
class ParametricCurve:
    """y = (a·x + b)^g + e from x = d on, y = c·x + f below it."""

    g: float
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 0.0
    f: float = 0.0

    def decode(self, encoded: Values) -> Values:
        """Encoded values to light, sign kept."""
        x = np.abs(encoded)
        base = np.maximum(self.a * x + self.b, 0.0)
        light = np.where(x >= self.d, np.power(base, self.g) + self.e, self.c * x + self.f)
        return np.copysign(light, encoded).astype(encoded.dtype)

    def encode(self, light: Values) -> Values:
        """The inverse of :meth:`decode`; where the curve is flat, its lower end."""
        y = np.abs(light)
        joint = max(self.a * self.d + self.b, 0.0) ** self.g + self.e
        curved = (np.power(np.maximum(y - self.e, 0.0), 1.0 / self.g) - self.b) / self.a
        straight = (y - self.f) / self.c if self.c else np.zeros_like(y)
        return np.copysign(np.where(y >= joint, curved, straight), light).astype(light.dtype)


@dataclass(frozen=True)
class SampledCurve:
    """``light``: values at equal steps of 0..1, rising."""

    light: NDArray[np.float64]

    def decode(self, encoded: Values) -> Values:
        """Encoded values to light, sign kept."""
        return _interpolate(encoded, np.linspace(0.0, 1.0, self.light.size), self.light)

    def encode(self, light: Values) -> Values:
        """The inverse of :meth:`decode`."""
        return _interpolate(light, self.light, np.linspace(0.0, 1.0, self.light.size))


def _interpolate(values: Values, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> Values:
    x = np.abs(values).astype(np.float64)
    slope = (ys[-1] - ys[-2]) / max(xs[-1] - xs[-2], 1e-9)
    y = np.interp(x, xs, ys) + np.maximum(x - xs[-1], 0.0) * slope
    return np.copysign(y, values).astype(values.dtype)


Curve = ParametricCurve | SampledCurve


@dataclass(frozen=True)
class Profile:
    """``curves``: three of RGB, one of grey, none with tables. ``to_xyz``: linear RGB to XYZ under
    D50, the connection space; None but for matrix profiles."""

    kind: ProfileKind
    curves: tuple[Curve, ...] = ()
    to_xyz: Matrix | None = None

    @property
    def is_linear(self) -> bool:
        probe = np.linspace(0.0, 1.0, 9)
        return bool(self.curves) and all(
            np.abs(curve.decode(probe) - probe).max() < _LINEAR_TOLERANCE for curve in self.curves
        )


def bad_profile() -> Unsupported:
    return Unsupported(what=UnsupportedWhat.ICC_PROFILE)


def is_grey_profile(icc: bytes) -> bool:
    """Whether the header says grey; nothing else of it is read."""
    return icc[16:20] == b"GRAY"


def read_profile(icc: bytes) -> Profile:
    """:raises Unsupported: ``what=UnsupportedWhat.ICC_PROFILE``: broken, or neither RGB nor grey"""
    try:
        return _read(icc)
    except (struct.error, IndexError, ZeroDivisionError, OverflowError) as error:
        raise bad_profile() from error


def _read(icc: bytes) -> Profile:
    tags = _read_tags(icc)
    space = icc[16:20]
    if space == b"GRAY" and b"kTRC" in tags:
        return Profile(ProfileKind.GREY, (_read_curve(tags[b"kTRC"]),))
    if space != b"RGB ":
        raise bad_profile()
    columns = [tags.get(name) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    tones = [tags.get(name) for name in (b"rTRC", b"gTRC", b"bTRC")]
    if all(columns) and all(tones):
        matrix = np.array([_read_xyz(tag) for tag in columns if tag]).T
        if abs(np.linalg.det(matrix)) < 1e-6:
            raise bad_profile()
        curves = tuple(_read_curve(tag) for tag in tones if tag)
        return Profile(ProfileKind.MATRIX, curves, matrix)
    if b"A2B0" in tags and b"B2A0" in tags:
        return Profile(ProfileKind.TABLES)
    raise bad_profile()


def _read_tags(icc: bytes) -> dict[bytes, bytes]:
    if len(icc) < _HEADER_BYTES + 4 or icc[36:40] != b"acsp":
        raise bad_profile()
    count = struct.unpack_from(">I", icc, _HEADER_BYTES)[0]
    if _HEADER_BYTES + 4 + 12 * count > len(icc):
        raise bad_profile()
    tags: dict[bytes, bytes] = {}
    for index in range(count):
        name, start, length = struct.unpack_from(">4sII", icc, _HEADER_BYTES + 4 + 12 * index)
        if start + length > len(icc):
            raise bad_profile()
        tags[name] = icc[start : start + length]
    return tags


def _read_xyz(tag: bytes) -> tuple[float, float, float]:
    x, y, z = struct.unpack_from(">3i", tag, 8)
    return x / 65536.0, y / 65536.0, z / 65536.0


def _read_curve(tag: bytes) -> Curve:
    if tag[:4] == b"curv":
        return _read_sampled(tag)
    if tag[:4] == b"para":
        return _read_parametric(tag)
    raise bad_profile()


def _read_sampled(tag: bytes) -> Curve:
    count = struct.unpack_from(">I", tag, 8)[0]
    if count == 0:
        return ParametricCurve(1.0)
    if 12 + 2 * count > len(tag):
        raise bad_profile()
    if count == 1:
        return _checked(ParametricCurve(struct.unpack_from(">H", tag, 12)[0] / 256.0))
    light = np.frombuffer(tag, ">u2", count, 12) / 65535.0
    if light[-1] <= light[0]:
        raise bad_profile()
    return SampledCurve(np.maximum.accumulate(light))


def _read_parametric(tag: bytes) -> Curve:
    form = struct.unpack_from(">H", tag, 8)[0]
    count = (1, 3, 4, 5, 7)[form]
    p = [each / 65536.0 for each in struct.unpack_from(f">{count}i", tag, 12)]
    if form == 0:
        return _checked(ParametricCurve(p[0]))
    if form in (1, 2):
        offset = p[3] if form == 2 else 0.0
        return _checked(
            ParametricCurve(p[0], p[1], p[2], 0.0, max(0.0, -p[2] / p[1]), offset, offset)
        )
    return _checked(ParametricCurve(*p))


def _checked(curve: ParametricCurve) -> ParametricCurve:
    if curve.g <= 0.0 or curve.a <= 0.0:
        raise bad_profile()
    return curve
