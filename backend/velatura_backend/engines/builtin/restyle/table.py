"""A smooth map of colours as a table over encoded sRGB, and how it is laid over a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ....imaging.banded import Check
from ....imaging.lut import Lattice, identity_lattice, resampled
from ...base import FloatImage, FloatMask
from ..patchmatch.kernels import Flag, Floats
from ..patchmatch.lanes import Lanes
from ..strict import strict
from .oklab import Colours, from_oklab, to_oklab
from .transport import sampled, transported

SIDE = 22
"""Nodes a side: every third of a level 8 Hald picture's 64, so that the picture says exactly what
the table does."""

HALD_SIDE = 64
_SCALES = (6.6, 3.3, 1.7, 1.0)
"""Of the fit, in nodes, from coarse to fine. Finer ones follow the sample's noise: bands."""

_PRIOR = 40.0
"""Samples that a neighbourhood must have before a finer scale departs from the coarser one."""

_NEUTRAL = 0.035
_SKIN_HUE = 0.9
_SKIN_SPREAD = 0.45
_SKIN_CHROMA = (0.03, 0.17)


@dataclass(frozen=True)
class ColourTable:
    """``change``: (22, 22, 22, 3) float32, what is added to an encoded colour; indexed as a
    :data:`~velatura_backend.imaging.lut.Lattice`."""

    change: Lattice

    def applied(self, image: FloatImage, strength: float, lanes: Lanes) -> FloatImage:
        """The picture (H, W, 2 | 4) with its colours changed; a new array, alpha as it is.

        Values beyond 0..1 change as the nearest value inside does and keep their distance; what is
        not finite stays.

        :raises Cancelled: the order is to stop
        """
        result = np.empty_like(image)
        change = (self.change * np.float32(strength)).reshape(-1, 3)
        lanes.rows(_grade, *image.shape[:2], image, change, SIDE, result)
        return result

    def of_colours(self, colours: Colours, lanes: Lanes) -> Colours:
        """The same of plain colours (h, w, 3) in 0..1.

        :raises Cancelled: the order is to stop
        """
        opaque = lanes.over(_opaque, colours)
        return lanes.over(_colours, self.applied(opaque, 1.0, lanes))

    def hald(self, strength: float) -> FloatImage:
        """The table as a level 8 Hald picture, (512, 512, 4), opaque."""
        lattice = identity_lattice(HALD_SIDE)
        lattice += np.float32(strength) * resampled(self.change, HALD_SIDE)
        picture = np.ones((512, 512, 4), np.float32)
        picture[..., :3] = np.clip(lattice, 0.0, 1.0).reshape(512, 512, 3)
        return picture


def _opaque(colours: Colours) -> FloatImage:
    opaque = np.ones((*colours.shape[:2], 4), np.float32)
    opaque[..., :3] = colours
    return opaque


def _colours(image: FloatImage) -> Colours:
    return np.ascontiguousarray(image[..., :3])


@dataclass(frozen=True)
class Protection:
    """How much of a colour's change of hue and colourfulness is held back, 0..1, for colours near
    the grey axis and for those like skin (and like wood and sand: colours are all that is known).
    """

    neutrals: float = 0.0
    skin: float = 0.0


def colour_table(
    image: FloatImage,
    mask: FloatMask | None,
    style: FloatImage,
    seed: int,
    lanes: Lanes,
    protection: Protection = Protection(),
) -> ColourTable:
    """The map that gives ``image`` the colours of ``style`` (H, W, 2 | 4); no change at all if
    either shows nothing.

    :raises Cancelled: the order is to stop
    """
    generator = np.random.default_rng(seed & 0xFFFFFFFFFFFF)
    own = sampled(image, mask, generator, lanes.check)
    wanted = sampled(style, None, generator, lanes.check)
    lanes.check()
    if not len(own) or not len(wanted):
        return ColourTable(np.zeros((SIDE, SIDE, SIDE, 3), np.float32))
    before = to_oklab(own)
    lanes.check()
    after = transported(before, to_oklab(wanted), generator, lanes.check)
    return ColourTable(_protected(_fitted(own, after - before, lanes.check), protection))


def _fitted(colours: Colours, travel: Colours, check: Check) -> Lattice:
    """Node by node, the mean travel in OKLab of the samples around, coarse to fine: scattered data
    by normalised convolution, each scale correcting the one before."""
    weights, corners = _corners(colours)
    field = np.zeros((SIDE**3, 3), np.float32)
    field += travel.mean(axis=0)
    for scale in _SCALES:
        check()
        missing = travel - _interpolated(field, weights, corners)
        check()
        sums = np.stack([_splat(weights, corners, missing[:, c]) for c in range(3)])
        check()
        count = _splat(weights, corners, np.ones(len(colours), np.float32))
        blurred = np.stack([ndimage.gaussian_filter(each, scale, mode="nearest") for each in sums])
        density = ndimage.gaussian_filter(count, scale, mode="nearest")
        prior = _PRIOR / (2.0 * np.pi * scale**2) ** 1.5
        field += (blurred / (density + prior)).reshape(3, -1).T
    return field.reshape(SIDE, SIDE, SIDE, 3)


def _corners(colours: Colours) -> tuple[Floats, NDArray[np.intp]]:
    """Trilinear weights (n, 8) and flat node numbers (n, 8) of each colour."""
    place = np.clip(colours, 0.0, 1.0) * (SIDE - 1)
    cell = np.minimum(place.astype(np.intp), SIDE - 2)
    part = (place - cell).astype(np.float32)
    weights = np.ones((len(colours), 8), np.float32)
    corners = np.zeros((len(colours), 8), np.intp)
    for corner in range(8):
        for channel, stride in enumerate((1, SIDE, SIDE * SIDE)):
            up = corner >> channel & 1
            weights[:, corner] *= part[:, channel] if up else 1.0 - part[:, channel]
            corners[:, corner] += (cell[:, channel] + up) * stride
    return weights, corners


def _interpolated(field: Floats, weights: Floats, corners: NDArray[np.intp]) -> Colours:
    total = np.zeros((len(weights), 3), np.float32)
    for corner in range(8):
        total += weights[:, corner, None] * field[corners[:, corner]]
    return total


def _splat(weights: Floats, corners: NDArray[np.intp], values: Floats) -> Floats:
    flat = (weights * values[:, None]).ravel()
    sums = np.bincount(corners.ravel(), flat, SIDE**3)
    return sums.astype(np.float32).reshape(SIDE, SIDE, SIDE)


def _protected(travel: Lattice, protection: Protection) -> Lattice:
    """The travel in OKLab as a change of encoded sRGB, inside the gamut."""
    colours = identity_lattice(SIDE)
    lab = to_oklab(colours)
    chroma, hue = np.hypot(lab[..., 1], lab[..., 2]), np.arctan2(lab[..., 2], lab[..., 1])
    neutral = np.exp(-np.square(chroma / _NEUTRAL))
    inside = (chroma > _SKIN_CHROMA[0]) & (chroma < _SKIN_CHROMA[1])
    skin = np.exp(-np.square((hue - _SKIN_HUE) / _SKIN_SPREAD)) * ndimage.gaussian_filter(
        inside.astype(np.float32), 1.0
    )
    held = 1.0 - (1.0 - protection.neutrals * neutral) * (1.0 - protection.skin * skin)
    kept = travel.copy()
    kept[..., 1:] *= (1.0 - held)[..., None]
    goal = np.clip(from_oklab(lab + kept), 0.0, 1.0)
    return np.ascontiguousarray(goal - colours, np.float32)


@strict
def _grade(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    change: Floats,
    side: int,
    result: Floats,
) -> None:
    """Tetrahedral interpolation: sorted by size, the fractions walk from node to node along the
    axes, so that greys depend on the grey axis alone."""
    one, zero, last = np.float32(1.0), np.float32(0.0), np.float32(side - 1)
    up, far = side, side * side  # a step of green, of blue; one of red is 1
    width, channels = image.shape[1], image.shape[2]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            red = image[y, x, 0]
            green, blue = red, red
            if channels == 4:
                green, blue = image[y, x, 1], image[y, x, 2]
            result[y, x, channels - 1] = image[y, x, channels - 1]
            if not (np.isfinite(red) and np.isfinite(green) and np.isfinite(blue)):
                for c in range(channels - 1):
                    result[y, x, c] = image[y, x, c]
                continue
            fr = min(max(red, zero), one) * last
            fg = min(max(green, zero), one) * last
            fb = min(max(blue, zero), one) * last
            r, g, b = min(int(fr), side - 2), min(int(fg), side - 2), min(int(fb), side - 2)
            fr, fg, fb = fr - np.float32(r), fg - np.float32(g), fb - np.float32(b)
            n0 = b * far + g * up + r
            n3 = n0 + far + up + 1
            if fr >= fg:
                if fg >= fb:
                    most, middle, least, n1, n2 = fr, fg, fb, n0 + 1, n3 - far
                elif fr >= fb:
                    most, middle, least, n1, n2 = fr, fb, fg, n0 + 1, n3 - up
                else:
                    most, middle, least, n1, n2 = fb, fr, fg, n0 + far, n3 - up
            elif fb >= fg:
                most, middle, least, n1, n2 = fb, fg, fr, n0 + far, n3 - 1
            elif fb >= fr:
                most, middle, least, n1, n2 = fg, fb, fr, n0 + up, n3 - 1
            else:
                most, middle, least, n1, n2 = fg, fr, fb, n0 + up, n3 - far
            w0, w1, w2 = one - most, most - middle, middle - least
            dr = w0 * change[n0, 0] + w1 * change[n1, 0] + w2 * change[n2, 0]
            dg = w0 * change[n0, 1] + w1 * change[n1, 1] + w2 * change[n2, 1]
            db = w0 * change[n0, 2] + w1 * change[n1, 2] + w2 * change[n2, 2]
            dr, dg = dr + least * change[n3, 0], dg + least * change[n3, 1]
            db += least * change[n3, 2]
            if channels == 4:
                result[y, x, 0], result[y, x, 1] = red + dr, green + dg
                result[y, x, 2] = blue + db
            else:
                grey = np.float32(0.2126) * dr + np.float32(0.7152) * dg + np.float32(0.0722) * db
                result[y, x, 0] = red + grey
