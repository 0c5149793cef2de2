"""What a copy costs, by how rough the place is that it comes from.

The distance of a patch that is guessed to one that may be copied grows with the roughness of both,
whatever they show: what is smooth fits cheaply anywhere, and fills come out smoother than what
surrounds them. So what is smoother than the surroundings costs more, per roughness as energies do
(:mod:`.candidates`). What is rougher costs no less: or faces and towers come into plain walls.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .distance import RADIUS
from .field import Level
from .kernels import BoolMask, Flag, Floats, kernel
from .lanes import Lanes
from .picking import selected

_EXPONENT = np.float32(-0.7)
_FLOOR = np.float32(0.1)
"""Of the mean roughness: flat colour is not to be divided by 0, nor to be ruled out."""

_FLAT = 1e-6
_BLOCKS = 16
"""Across a hole; what is to be expected changes slowly in it."""

_LEAST_COUNT = 1e-3


def priced(level: Level, channels: int, colours: int, lanes: Lanes) -> Level:
    """The level with prices and wishes: their product is 1 where a source is as rough as the
    surroundings of a target are on the whole, more where it is smoother. By the roughness of this
    level's own colours: the finest level's is mostly grain in a large picture."""
    field = level.field
    height, width = field.valid.shape
    steps = np.zeros((height, width), np.float32)
    lanes.rows(_steps, height, width, field.features, channels, colours, steps)
    rough = np.zeros_like(steps)
    lanes.rows(_roughness, height, width, steps, field.valid, rough)
    mean = np.float32(selected(rough, field.valid, lanes).mean(dtype=np.float64) + _FLAT)
    price = lanes.over(lambda rows: (rows / mean + _FLOOR) ** _EXPONENT, rough)
    return level.priced(price, _wish(price, field.valid, level.hole, lanes))


def _wish(price: Floats, valid: BoolMask, hole: BoolMask, lanes: Lanes) -> Floats:
    """One over the geometric mean of the prices around each place, as far as the hole is large:
    half a hole away the middle of it sees its surroundings. Arithmetically a few edges would make
    a plain wall rough."""
    extent = (int(np.ptp(np.flatnonzero(hole.any(axis=1)))) + 1) // 2
    extent += (int(np.ptp(np.flatnonzero(hole.any(axis=0)))) + 1) // 2
    block = max(1, extent // _BLOCKS)
    logarithm = lanes.over(lambda cost, may: np.where(may, np.log(cost), 0.0), price, valid)
    total = _block_sums(logarithm, block)
    lanes.check()
    count = _block_sums(valid, block)
    lanes.check()
    for side in (extent // block, extent // (2 * block)):
        total = ndimage.uniform_filter(total, side | 1, mode="constant")
        count = ndimage.uniform_filter(count, side | 1, mode="constant")
    mean = np.where(count > _LEAST_COUNT, total / np.maximum(count, _LEAST_COUNT), 0.0)
    wish = np.exp(-mean).astype(np.float32)
    rows, columns = (np.arange(side) // block for side in hole.shape)
    return wish[rows[:, None], columns]


def _block_sums(plane: Floats | BoolMask, block: int) -> Floats:
    rows, columns = (np.arange(0, side, block) for side in plane.shape)
    down = np.add.reduceat(plane, rows, axis=0, dtype=np.float32)
    return np.add.reduceat(down, columns, axis=1, dtype=np.float32)


@kernel
def _steps(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    colours: int,
    out: Floats,
) -> None:
    """The luminance's steps to the right and down, without their signs."""
    height, width = out.shape
    for y in range(start, min(stop, height - 1)):
        if flag[0] == serial:
            return
        for x in range(width - 1):
            across, down = np.float32(0.0), np.float32(0.0)
            for c in range(colours):
                here = features[y, x * channels + c]
                across += features[y, (x + 1) * channels + c] - here
                down += features[y + 1, x * channels + c] - here
            out[y, x] = (abs(across) + abs(down)) / np.float32(colours)


@kernel
def _roughness(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    steps: Floats,
    valid: BoolMask,
    out: Floats,
) -> None:
    """The mean step within each patch that may be copied: none leaves the patch."""
    inner = RADIUS - 1
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(valid.shape[1]):
            if not valid[y, x]:
                continue
            total = np.float32(0.0)
            for ny in range(y - inner, y + inner + 1):
                for nx in range(x - inner, x + inner + 1):
                    total += steps[ny, nx]
            out[y, x] = total / np.float32((2 * inner + 1) ** 2)
