"""Raw pixel bytes, arrays in the document's own depth, and float working arrays.

Three shapes of the same picture, each with rows first:

* ``Pixels``: bytes as a host or the wire holds them;
* *samples*: a numpy view of those bytes, (height, width, channels), own depth, own channel order;
* *working*: float32 (height, width, 2 | 4), grey or RGB order, straight alpha last, nominal 0..1.

Samples → working → samples gives the same samples for every depth: float32 has 24 bits of mantissa,
and quantisation rounds to the nearest value (ties to even).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

from ..engines.base import FloatImage

Samples = NDArray[Any]
"""(height, width, channels) in the document's own depth and channel order."""

_BAND_PIXELS = 1 << 18


def dtype_of(depth: Depth) -> np.dtype[Any]:
    """The numpy type of one sample, little-endian as on the wire."""
    return np.dtype({Depth.U8: "u1", Depth.U16: "<u2", Depth.F16: "<f2", Depth.F32: "<f4"}[depth])


def depth_of(samples: Samples) -> Depth:
    """:raises ValueError: no depth of ours has this type"""
    for depth in Depth:
        if dtype_of(depth) == samples.dtype:
            return depth
    raise ValueError(f"{samples.dtype} is not a pixel depth")


def is_integer(depth: Depth) -> bool:
    return depth in (Depth.U8, Depth.U16)


def white_of(depth: Depth) -> float:
    """The sample value of display white and of full opacity."""
    return {Depth.U8: 255.0, Depth.U16: 65535.0}.get(depth, 1.0)


def size_of(samples: Samples) -> Size:
    return Size(samples.shape[1], samples.shape[0])


def bands(height: int, width: int) -> Iterator[slice]:
    """Rows in groups of about a quarter of a million pixels, from top to bottom.

    Work that needs float copies goes band by band: a 250-megapixel panorama in float64 would take
    8 GB, and a cancel would have to wait for all of it.
    """
    step = max(1, _BAND_PIXELS // max(1, width))
    for top in range(0, height, step):
        yield slice(top, min(height, top + step))


def view_samples(pixels: Pixels) -> Samples:
    """The bytes as an array, without a copy; read-only where the buffer is."""
    flat = np.frombuffer(pixels.data, dtype_of(pixels.format.depth))
    return flat.reshape(pixels.size.height, pixels.size.width, pixels.format.layout.channels)


def to_pixels(samples: Samples, format: PixelFormat) -> Pixels:
    """The array as bytes; shares memory with a contiguous array.

    :raises ValueError: depth or channel count differ from ``format``
    """
    if samples.dtype != dtype_of(format.depth) or samples.shape[2:] != (format.layout.channels,):
        raise ValueError(f"{samples.dtype} {samples.shape} is not {format}")
    contiguous = np.ascontiguousarray(samples)
    return Pixels(size_of(samples), format, contiguous.reshape(-1).view(np.uint8).data)


def crop_samples(samples: Samples, region: Rect) -> Samples:
    """A view of the part of ``samples`` inside ``region``.

    :raises ValueError: ``region`` reaches outside
    """
    if not Rect.of_size(size_of(samples)).contains(region):
        raise ValueError(f"{region} reaches outside {size_of(samples)}")
    return samples[region.y : region.bottom, region.x : region.right]


def _reversed_colour(array: NDArray[Any], layout: Layout) -> NDArray[Any]:
    """BGR(A) ⇄ RGB(A), as a view where there is no alpha to keep in place."""
    if layout is Layout.BGR:
        return array[..., ::-1]
    if layout is Layout.BGRA:
        return array[..., [2, 1, 0, 3]]
    return array


def to_working(samples: Samples, layout: Layout) -> FloatImage:
    """Samples of any depth as a working array; opaque alpha is added where there is none.

    A new array, 0..1 for integer depths; float depths keep HDR, negative and non-finite values.
    """
    depth = depth_of(samples)
    ordered = _reversed_colour(samples, layout)
    colours = ordered.shape[2] - int(layout.has_alpha)
    working = np.empty((*samples.shape[:2], colours + 1), np.float32)
    working[..., colours] = 1.0
    working[..., : ordered.shape[2]] = ordered
    if is_integer(depth):
        working[..., : ordered.shape[2]] /= np.float32(white_of(depth))
    return working


@dataclass(frozen=True)
class Quantised:
    """``clipped`` of ``total`` colour and alpha samples lay outside what the depth can hold (more
    than half a step outside 0..1 for integers); always 0 for float depths."""

    samples: Samples
    clipped: int
    total: int

    @property
    def clipped_fraction(self) -> float:
        return self.clipped / self.total if self.total else 0.0


def from_working(working: FloatImage, format: PixelFormat) -> Quantised:
    """A working array in the document's depth and order, quantised once.

    Integer depths round to the nearest value and clip; a NaN becomes 0 and counts as clipped. Float
    depths are converted as they are. Where ``format`` has no alpha, alpha is left out.

    :raises ValueError: grey for a colour format, or the other way round
    """
    layout = format.layout
    colours = layout.channels - int(layout.has_alpha)
    if working.shape[2] != colours + 1:
        raise ValueError(f"{working.shape[2]} working channels do not fit {layout.value}")
    kept = _reversed_colour(working[..., : layout.channels], layout)
    return quantise(kept, format.depth)


def quantise(values: NDArray[np.floating[Any]], depth: Depth) -> Quantised:
    """Values with 1.0 as white in ``depth``, rounded to the nearest and clipped as
    :func:`from_working` says."""
    if not is_integer(depth):
        with np.errstate(over="ignore"):
            return Quantised(np.ascontiguousarray(values, dtype_of(depth)), 0, values.size)
    white = white_of(depth)
    with np.errstate(over="ignore"):
        steps = np.rint(np.nan_to_num(values, nan=-1.0) * values.dtype.type(white))
    inside = (steps >= 0.0) & (steps <= white)
    clipped = int(steps.size - np.count_nonzero(inside))
    if clipped:
        np.clip(steps, 0.0, white, out=steps)
    return Quantised(steps.astype(dtype_of(depth), order="C"), clipped, values.size)
