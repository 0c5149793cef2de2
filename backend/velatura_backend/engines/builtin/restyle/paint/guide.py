"""What painters look at: the picture reduced, its tones, and which way its forms run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....base import FloatImage
from ...patchmatch.kernels import Flag, Floats, kernel
from ...patchmatch.lanes import Lanes
from .blur import blurred
from .noise import clamped

Bits = NDArray[np.uint32]

_GUIDE_SIDE = 800.0
_LUMINANCE = (0.2126, 0.7152, 0.0722)
_FLOW = 4e-4
"""How much the wandering flow says against the picture's own gradients."""


class Guide(NamedTuple):
    """Planes (height, width) float32 at 1/``factor`` of the picture's size.

    ``colour``: (height, width, 3) encoded, 0..1, without holes. ``tone``: its luminance. ``cosine``
    and ``sine``: of the direction along edges and forms. ``detail``: 0..1, how much goes on.
    """

    colour: Floats
    tone: Floats
    cosine: Floats
    sine: Floats
    detail: Floats
    factor: np.float32


@dataclass(frozen=True)
class Reduced:
    """The picture at 1/``factor``, (h, w, 3) encoded 0..1; what is transparent took on the
    colours around."""

    colour: Floats
    factor: float


def reduced(image: FloatImage, lanes: Lanes, factor: int = 0) -> Reduced:
    """``image``: (H, W, 2 | 4), any values; those that are not finite count as black.

    ``factor`` 0: what brings the picture to about 800² pixels, or more.

    :raises Cancelled: the order is to stop
    """
    height, width = image.shape[:2]
    if factor == 0:
        factor = max(1, int((height * width) ** 0.5 / _GUIDE_SIDE))
    return Reduced(_without_holes(shrunk(image, factor, lanes), lanes), float(factor))


def shrunk(image: FloatImage, factor: int, lanes: Lanes) -> Floats:
    """(h, w, 4): means of blocks of so many pixels, premultiplied, clipped to 0..1.

    :raises Cancelled: the order is to stop
    """
    height, width = image.shape[:2]
    small = np.empty((-(-height // factor), -(-width // factor), 4), np.float32)
    bits = image.view(np.uint32)
    lanes.rows(_reduce, *small.shape[:2], image, bits, factor, small)
    return small


@kernel
def _reduce(
    start: int, stop: int, flag: Flag, serial: int, image: Floats, bits: Bits,
    factor: int, small: Floats,
) -> None:  # fmt: skip
    height, width, channels = image.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(small.shape[1]):
            total = np.zeros(4, np.float32)
            count = np.float32(0.0)
            for sy in range(y * factor, min(height, y * factor + factor)):
                for sx in range(x * factor, min(width, x * factor + factor)):
                    count += np.float32(1.0)
                    alpha = image[sy, sx, channels - 1]
                    for c in range(3):
                        k = c if channels == 4 else 0
                        # fastmath takes every number for finite: the exponent's bits are asked
                        if bits[sy, sx, k] & 0x7F800000 != 0x7F800000:
                            value = clamped(image[sy, sx, k])
                            total[c] += alpha * value
                    total[3] += alpha
            for c in range(4):
                small[y, x, c] = total[c] / count


def _without_holes(small: Floats, lanes: Lanes) -> Floats:
    """Straight colours again; transparent places are filled from wider and wider around."""
    alpha = np.clip(small[..., 3:], 0.0, 1.0)
    if (alpha == 1.0).all():
        return np.ascontiguousarray(small[..., :3])
    colour, weight = small[..., :3].copy(), alpha.copy()
    for sigma in (2.0, 8.0, 32.0):
        wide = np.stack([blurred(small[..., c], sigma, lanes) for c in range(4)], axis=-1)
        missing = 1.0 - weight
        colour += missing * wide[..., :3]
        weight = weight + missing * wide[..., 3:]
        lanes.check()
    # Far from everything: the mean of all there is, or paper where there is nothing.
    least = np.float32(1e-3)
    total = small.reshape(-1, 4).sum(axis=0)
    mean = total[:3] / total[3] if total[3] > 0.0 else np.ones(3, np.float32)
    colour, weight = colour + least * mean, weight + least
    return np.ascontiguousarray(colour / weight, np.float32)


def luminance(colour: Floats) -> Floats:
    red, green, blue = _LUMINANCE
    tone = colour[..., 0] * red + colour[..., 1] * green + colour[..., 2] * blue
    return np.asarray(tone, np.float32)


def make_guide(small: Reduced, softness: float, reach: float, seed: int, lanes: Lanes) -> Guide:
    """``softness``: sigma of the colours' blur; ``reach``: of the direction field; both in the
    guide's pixels.

    :raises Cancelled: the order is to stop
    """
    colour = softened(small, softness, lanes)
    fine = max(0.8, softness)
    tone = blurred(luminance(small.colour), fine, lanes)
    gradient_y, gradient_x = (_slope(tone, axis) for axis in range(2))
    lanes.check()
    flow_x, flow_y = _wandering(tone.shape, seed, lanes)
    lanes.check()
    xx = blurred(gradient_x * gradient_x, reach, lanes) + _FLOW * flow_x * flow_x
    yy = blurred(gradient_y * gradient_y, reach, lanes) + _FLOW * flow_y * flow_y
    xy = blurred(gradient_x * gradient_y, reach, lanes) + _FLOW * flow_x * flow_y
    lanes.check()
    angle = lanes.over(_angle, xx, yy, xy)
    energy = blurred(np.hypot(gradient_x, gradient_y), max(1.0, softness), lanes)
    detail = energy / (energy + 0.03)
    lanes.check()
    cosine, sine = lanes.over(np.cos, angle), lanes.over(np.sin, angle)
    planes = (luminance(colour), cosine, sine, detail)
    tone, cosine, sine, detail = (np.ascontiguousarray(p, np.float32) for p in planes)
    lanes.check()
    return Guide(colour, tone, cosine, sine, detail, np.float32(small.factor))


def _angle(xx: Floats, yy: Floats, xy: Floats) -> Floats:
    return np.asarray(0.5 * np.arctan2(2.0 * xy, xx - yy) + 0.5 * np.pi, np.float32)


def softened(small: Reduced, sigma: float, lanes: Lanes) -> Floats:
    """The colours blurred by so many of the guide's pixels."""
    colour = np.empty_like(small.colour)
    for channel in range(3):
        colour[..., channel] = blurred(small.colour[..., channel], sigma, lanes)
    return colour


def _slope(plane: Floats, axis: int) -> Floats:
    """Half the difference of the neighbours on both sides."""
    before = np.take(plane, np.maximum(np.arange(plane.shape[axis]) - 1, 0), axis=axis)
    last = plane.shape[axis] - 1
    after = np.take(plane, np.minimum(np.arange(plane.shape[axis]) + 1, last), axis=axis)
    return np.float32(0.5) * (after - before)


def _wandering(shape: tuple[int, ...], seed: int, lanes: Lanes) -> tuple[Floats, Floats]:
    """A slowly turning direction for where the picture has none: a sum of a few waves."""
    generator = np.random.default_rng([seed & 0xFFFFFFFF, 77])
    y, x = np.ogrid[: shape[0], : shape[1]]
    side = float(max(shape))
    turn = np.float32(generator.uniform(0.0, np.pi)) + np.zeros(shape, np.float32)
    for _ in range(5):
        lanes.check()
        fy, fx = generator.normal(0.0, 5.0, 2) / side
        turn += np.cos(x * np.float32(fx) + y * np.float32(fy) + generator.uniform(0, 6.3)) * 0.7
    lanes.check()
    return np.cos(turn).astype(np.float32), np.sin(turn).astype(np.float32)
