"""Colour for a grey picture, from strokes or from a similar picture in colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from velatura_protocol.geometry import Size

from ....imaging.resize import Filter, resize
from ...base import FloatImage
from ..arrays import copied
from ..patchmatch.kernels import Flag, Floats
from ..patchmatch.lanes import Lanes
from .oklab import (
    Doubles,
    careful_helper,
    careful_kernel,
    decoding_table,
    lightness_without_colour,
    oklab_of,
    to_oklab,
)
from .propagate import Hints, spread

SOLVED_PIXELS = 1 << 20
_STROKE_TRUST = 100.0
_LEAST_ALPHA = 0.5
_REFERENCE_SIDE = 320
_MATCHED_SIDE = 320
_NEIGHBOURS = 7
_CHUNK = 8192
_REFERENCE_TRUST = 0.3
_GUIDE_RADIUS = 2
_GUIDE_NOISE = 1e-4
_LARGE = 3e38


@dataclass(frozen=True)
class Grey:
    """A picture's lightness, reduced to what is solved."""

    light: Floats
    full: tuple[int, int]


def reduced_lightness(image: FloatImage, lanes: Lanes) -> Grey:
    height, width = image.shape[:2]
    size = _solved_size(height, width)
    small = resize(lanes.over(_opaque, image), size, Filter.BOX, lanes.check)
    return Grey(lanes.over(_lightness, small), (height, width))


def _lightness(image: FloatImage) -> Floats:
    return to_oklab(image[..., :3])[..., 0].astype(np.float32)


def _solved_size(height: int, width: int) -> Size:
    scale = min(1.0, np.sqrt(SOLVED_PIXELS / (height * width)))
    return Size(max(1, round(width * scale)), max(1, round(height * scale)))


def _opaque(image: FloatImage) -> FloatImage:
    colours = np.clip(np.nan_to_num(image, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    colours[..., -1] = 1.0
    return colours


def from_strokes(grey: Grey, strokes: FloatImage, lanes: Lanes) -> Floats:
    """(h, w, 2) a and b of OKLab in the solved size. Strokes count where they are opaque."""
    height, width = grey.light.shape
    drawn = lanes.over(_drawn, strokes)
    small = resize(drawn, Size(width, height), Filter.BOX, lanes.check)
    colours = lanes.over(_chroma, small)
    trust = (small[..., -1] * _STROKE_TRUST).astype(np.float32)
    return spread(grey.light, Hints(colours, trust), lanes)


def _drawn(strokes: FloatImage) -> FloatImage:
    drawn = np.where(strokes[..., -1:] >= _LEAST_ALPHA, strokes, 0.0).astype(np.float32)
    drawn[..., -1] = drawn[..., -1] > 0
    return np.nan_to_num(drawn)


def _chroma(image: FloatImage) -> Floats:
    return to_oklab(np.clip(image[..., :3], 0.0, 1.0))[..., 1:].astype(np.float32)


def from_reference(grey: Grey, reference: FloatImage, seed: int, lanes: Lanes) -> Floats:
    """(h, w, 2) as above: Welsh, Ashikhmin, Mueller, Transferring Color to Greyscale Images,
    SIGGRAPH 2002 — pixels are matched by lightness and texture — and what those matches agree on is
    spread over the picture."""
    small = _small(reference, _REFERENCE_SIDE, lanes)[..., :3]
    theirs, their_light = to_oklab(small), lightness_without_colour(small)
    lanes.check()
    light = _of_side(grey.light, _MATCHED_SIDE)
    ours = _features(_matched(light, their_light))
    tree = KDTree(_sampled(_features(their_light), seed), balanced_tree=False)
    colours = _sampled(theirs[..., 1:], seed)
    points = ours.reshape(-1, ours.shape[2])
    found, trust = np.empty((len(points), 2)), np.empty(len(points))
    for begin in range(0, len(points), _CHUNK):
        lanes.check()
        part = slice(begin, begin + _CHUNK)
        count = min(_NEIGHBOURS, len(colours))
        _, nearest = tree.query(points[part], k=count)
        group = colours[np.asarray(nearest).reshape(-1, count)]
        found[part] = np.median(group, axis=1)
        spread_of = ((group - found[part][:, None]) ** 2).sum(axis=2).mean(axis=1)
        trust[part] = np.exp(-spread_of / 0.03**2)
    return _settled(grey, light.shape, found, trust, lanes)


def _settled(
    grey: Grey, shape: tuple[int, ...], found: Doubles, trust: Doubles, lanes: Lanes
) -> Floats:
    height, width = grey.light.shape
    packed = np.concatenate([found, np.zeros((len(found), 1)), np.ones((len(found), 1))], axis=1)
    image = packed.reshape(*shape, 4).astype(np.float32)
    image[..., 2] = trust.reshape(shape)
    large = resize(image, Size(width, height), Filter.BILINEAR)
    weights = np.ascontiguousarray(large[..., 2]) * np.float32(_REFERENCE_TRUST) + np.float32(1e-4)
    return spread(grey.light, Hints(np.ascontiguousarray(large[..., :2]), weights), lanes)


def _small(image: FloatImage, side: int, lanes: Lanes) -> FloatImage:
    height, width = image.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    return resize(lanes.over(_opaque, image), size, Filter.BOX, lanes.check)


def _of_side(light: Floats, side: int) -> Doubles:
    packed = np.stack([light, np.ones_like(light)], axis=2)
    height, width = light.shape
    scale = min(1.0, side / max(height, width))
    size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    return resize(packed, size, Filter.BOX)[..., 0].astype(np.float64)


def _matched(light: Doubles, theirs: Doubles) -> Doubles:
    """With the reference's mean and spread, as far as that does not stretch it out of bounds."""
    gain = float(np.clip(theirs.std() / max(float(light.std()), 1e-3), 0.5, 2.0))
    return (light - light.mean()) * gain + theirs.mean()


def _features(light: Doubles) -> Doubles:
    """Lightness, and roughness at two scales."""
    wide = [_roughness(light, sigma) for sigma in (1.5, 4.0)]
    return np.stack([light, ndimage.gaussian_filter(light, 2.0), *(2.0 * w for w in wide)], axis=2)


def _roughness(light: Doubles, sigma: float) -> Doubles:
    mean = ndimage.gaussian_filter(light, sigma)
    return np.sqrt(np.maximum(ndimage.gaussian_filter(light * light, sigma) - mean * mean, 0.0))


def _sampled(values: Doubles, seed: int, count: int = 20_000) -> Doubles:
    """Up to ``count`` places, the same ones for pictures of one size and seed."""
    flat = values.reshape(-1, values.shape[2])
    if len(flat) <= count:
        return flat
    return flat[np.random.default_rng(abs(seed)).choice(len(flat), count, replace=False)]


@careful_kernel
def _colour(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    table: Floats,
    gains: Floats,
    saturation: float,
    out: Floats,
) -> None:
    """Lightness as it is; a and b by the local straight lines in ``gains``, (h, w, 4), looked up
    between its pixels; less of them where sRGB has no such colour."""
    height, width = image.shape[:2]
    rows, columns = gains.shape[:2]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        fy = min(max((y + 0.5) * rows / height - 0.5, 0.0), rows - 1.0)
        top = min(int(fy), max(rows - 2, 0))
        below, v = min(top + 1, rows - 1), fy - top
        for x in range(width):
            r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
            if not (abs(r) < _LARGE and abs(g) < _LARGE and abs(b) < _LARGE):
                out[y, x, 0], out[y, x, 1], out[y, x, 2] = r, g, b
                continue
            scale = max(1.0, max(r, max(g, b)))
            light, _, _ = oklab_of(r / scale, g / scale, b / scale, table)
            fx = min(max((x + 0.5) * columns / width - 0.5, 0.0), columns - 1.0)
            left = min(int(fx), max(columns - 2, 0))
            right, u = min(left + 1, columns - 1), fx - left
            line = np.empty(4, np.float32)
            for c in range(4):
                upper = gains[top, left, c] * (1 - u) + gains[top, right, c] * u
                lower = gains[below, left, c] * (1 - u) + gains[below, right, c] * u
                line[c] = upper * (1 - v) + lower * v
            ok_a = saturation * (line[0] * light + line[2])
            ok_b = saturation * (line[1] * light + line[3])
            _write_colour(light, ok_a, ok_b, scale, out[y, x])


@careful_helper
def _write_colour(light: float, a: float, b: float, scale: float, pixel: Floats) -> None:
    """Encoded sRGB, with as much of the chroma as there is room for."""
    low, high, share = 0.0, 1.0, 1.0
    red, green, blue = 0.0, 0.0, 0.0
    for turn in range(9):
        long = (light + share * (0.3963377774 * a + 0.2158037573 * b)) ** 3
        middle = (light - share * (0.1055613458 * a + 0.0638541728 * b)) ** 3
        short = (light - share * (0.0894841775 * a + 1.2914855480 * b)) ** 3
        red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
        green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
        blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
        if min(red, min(green, blue)) >= -1e-4 and max(red, max(green, blue)) <= 1.0 + 1e-4:
            low = share
            if turn == 0:
                break
        else:
            high = share
        share = 0.5 * (low + high)
    linear = (red, green, blue)
    for axis in range(3):
        value = min(max(linear[axis], 0.0), 1.0)
        bent = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1.0 / 2.4) - 0.055
        pixel[axis] = bent * scale


def coloured(
    image: FloatImage, grey: Grey, chroma: Floats, saturation: float, lanes: Lanes
) -> FloatImage:
    """The picture with its own lightness and these colours, at its full size: between the solved
    pixels colour follows lightness along local straight lines (He and Sun, Fast Guided Filter,
    2015). Alpha as it is."""
    gains = _local_lines(grey.light, chroma)
    lanes.check()
    out = copied(image, lanes)
    height, width = image.shape[:2]
    lanes.rows(_colour, height, width, image, decoding_table(), gains, float(saturation), out)
    return out


def _local_lines(light: Floats, chroma: Floats) -> Floats:
    side = 2 * _GUIDE_RADIUS + 1

    def mean(values: Floats) -> Floats:
        return np.asarray(ndimage.uniform_filter(values, side, mode="nearest"), np.float32)

    centre = mean(light)
    spread_of = np.maximum(mean(light * light) - centre * centre, 0.0)
    slopes = [
        (mean(light * chroma[..., c]) - centre * mean(chroma[..., c])) / (spread_of + _GUIDE_NOISE)
        for c in range(2)
    ]
    levels = [mean(chroma[..., c]) - slopes[c] * centre for c in range(2)]
    return np.ascontiguousarray(np.stack([*slopes, *levels], axis=2), np.float32)
