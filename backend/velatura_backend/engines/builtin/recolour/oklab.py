"""OKLab (Björn Ottosson, 2020), from encoded sRGB and back, for arrays and inside kernels."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ....imaging.oklab import TO_CONES, TO_LAB
from ..patchmatch.kernels import Floats, Function

Doubles = NDArray[np.float64]

_FROM_CONES = np.linalg.inv(TO_CONES)
_FROM_LAB = np.linalg.inv(TO_LAB)

_TABLE_SIZE = 4096
_CAREFUL = frozenset(("reassoc", "contract", "arcp", "nsz"))


def careful_kernel(function: Function) -> Function:
    """Like :func:`..patchmatch.kernels.kernel`, for values that need not be finite: comparisons
    with NaN are compiled as they are written."""
    return njit(cache=True, nogil=True, fastmath=set(_CAREFUL))(function)  # pyright: ignore[reportReturnType]


def careful_helper(function: Function) -> Function:
    """Of careful kernels; :func:`..patchmatch.kernels.inlined` says why it has to be inlined."""
    made = njit(cache=True, nogil=True, fastmath=set(_CAREFUL), forceinline=True)(function)
    return made  # pyright: ignore[reportReturnType]


def to_oklab(encoded: NDArray[np.floating]) -> Doubles:
    """(…, 3) encoded sRGB to (…, 3) lightness, a, b in float64; not finite counts as 0."""
    values = np.nan_to_num(np.asarray(encoded, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return np.cbrt(_decoded(values) @ TO_CONES.T) @ TO_LAB.T


def lightness_without_colour(encoded: NDArray[np.floating]) -> Doubles:
    """(…) OKLab lightness of the grey that a black-and-white photograph shows for (…, 3) encoded
    colours: of the same luminance. A saturated red is lighter in OKLab than in grey."""
    light = _decoded(np.asarray(encoded, np.float64))
    return np.cbrt((light * np.array((0.2126, 0.7152, 0.0722))).sum(axis=-1))


def from_oklab(lab: NDArray[np.floating]) -> Doubles:
    """The inverse of :func:`to_oklab`; colours out of gamut leave 0..1."""
    return _encoded((np.asarray(lab, np.float64) @ _FROM_LAB.T) ** 3 @ _FROM_CONES.T)


def _decoded(values: Doubles) -> Doubles:
    size = np.abs(values)
    return np.sign(values) * np.where(
        size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4
    )


def _encoded(light: Doubles) -> Doubles:
    size = np.abs(light)
    bent = 1.055 * size ** (1 / 2.4) - 0.055
    return np.sign(light) * np.where(size <= 0.0031308, size * 12.92, bent)


def fitted_chroma(lab: Doubles, steps: int = 16) -> Doubles:
    """(n, 3) colours with no more chroma than sRGB can show at their lightness and hue."""
    low, high = np.zeros(len(lab)), np.ones(len(lab))
    for _ in range(steps):
        middle = (low + high) / 2
        inside = _in_gamut(scaled_chroma(lab, middle))
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    share = np.where(_in_gamut(lab), 1.0, low)
    return scaled_chroma(lab, share)


def scaled_chroma(lab: Doubles, share: Doubles) -> Doubles:
    return np.concatenate([lab[:, :1], lab[:, 1:] * share[:, None]], axis=1)


def _in_gamut(lab: Doubles) -> NDArray[np.bool_]:
    colours = from_oklab(lab)
    return np.asarray(((colours > -1e-4) & (colours < 1 + 1e-4)).all(axis=1))


def decoding_table() -> Floats:
    """Linear light of encoded 0..1 at even steps, for :func:`oklab_of`."""
    return _decoded(np.linspace(0.0, 1.0, _TABLE_SIZE)).astype(np.float32)


@careful_helper
def decoded(value: float, table: Floats) -> float:
    """Linear light of an encoded value, kept in 0..1; by the table, to 1e-6."""
    place = min(max(value, 0.0), 1.0) * (_TABLE_SIZE - 1)
    index = min(int(place), _TABLE_SIZE - 2)
    share = place - index
    return table[index] * (1.0 - share) + table[index + 1] * share


@careful_helper
def oklab_of(red: float, green: float, blue: float, table: Floats) -> tuple[float, float, float]:
    """Lightness, a, b of an encoded colour, its values kept in 0..1."""
    r, g, b = decoded(red, table), decoded(green, table), decoded(blue, table)
    long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
