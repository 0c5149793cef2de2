"""Starting a nearest-neighbour field: anywhere, or from the next coarser level's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ....imaging.banded import row_bands
from .distance import RADIUS
from .kernels import BoolMask, Bytes, Flag, Floats, kernel
from .lanes import Lanes
from .picking import every_place
from .pyramid import Masks, valid_patches
from .regions import depth_inside, dilate
from .search import Field, no_prices

_CONFIDENCE_BASE = 1.25
_MIN_CONFIDENCE = 1e-3
_FULL_WEIGHT = 255
_MIN_WEIGHT = 0.05
_MAX_SOURCES = 1 << 18


@dataclass(frozen=True)
class Level:
    """One level ready for search; all arrays padded by RADIUS. ``present``: in the picture and
    known or to be filled. ``confidence``: 1 outside the hole, falling towards its middle.
    ``lines``: the guide's channel, where there is one."""

    field: Field
    hole: BoolMask
    present: BoolMask
    confidence: Floats
    lines: Floats | None = None

    def priced(self, price: Floats, wish: Floats) -> Level:
        return replace(self, field=self.field._replace(price=price, wish=wish))


def padded(mask: BoolMask) -> BoolMask:
    return np.pad(mask, RADIUS)


@kernel
def _trust(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    depth: Floats,
    present: BoolMask,
    channels: int,
    confidence: Floats,
    weight: Bytes,
) -> None:
    base = np.log(np.float32(_CONFIDENCE_BASE))
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(depth.shape[1]):
            trust = max(np.exp(-base * depth[y, x]), np.float32(_MIN_CONFIDENCE))
            confidence[y, x] = trust
            value = 0
            if present[y, x]:
                value = int(_FULL_WEIGHT * max(trust, np.float32(_MIN_WEIGHT)))
            for c in range(channels):
                weight[y, x * channels + c] = value


def prepare_level(features: Floats, masks: Masks, lanes: Lanes) -> Level:
    """The level's masks, weights and an empty field. There must be a valid patch."""
    hole, present = padded(masks.hole), padded(masks.hole | masks.known)
    depth = depth_inside(hole, lanes)
    confidence, weight = np.empty_like(depth), np.empty(features.shape, np.uint8)
    channels = features.shape[1] // depth.shape[1]
    lanes.rows(_trust, *depth.shape, depth, present, channels, confidence, weight)
    target = padded(dilate(masks.hole, RADIUS, lanes))
    valid = valid_patches(masks, lanes)
    flat = every_place(valid, 1 + int(np.count_nonzero(valid)) // _MAX_SOURCES, lanes)
    sources = np.stack(np.unravel_index(flat, valid.shape), axis=1).astype(np.int32)
    shape = hole.shape
    field = Field(
        features,
        weight,
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.float32),
        target,
        valid,
        sources,
        no_prices(),
        no_prices(),
    )
    return Level(field, hole, present, confidence)


def scatter(field: Field, generator: np.random.Generator, lanes: Lanes) -> None:
    """Every target starts at a source drawn at random."""
    for part in row_bands(*field.target.shape):
        lanes.check()
        places = np.flatnonzero(field.target[part])
        drawn = field.sources[generator.integers(len(field.sources), size=len(places))]
        field.row[part].reshape(-1)[places] = drawn[:, 0]
        field.column[part].reshape(-1)[places] = drawn[:, 1]


def align(field: Field, rows: int) -> None:
    """Every target starts at what lies ``rows`` below it, where that may be copied; others stay as
    they are."""
    ys, xs = np.nonzero(field.target)
    inside = ys + rows < len(field.valid)
    ys, xs = ys[inside], xs[inside]
    usable = field.valid[ys + rows, xs]
    ys, xs = ys[usable], xs[usable]
    field.row[ys, xs] = ys + rows
    field.column[ys, xs] = xs


@kernel
def _refine(start: int, stop: int, flag: Flag, serial: int, fine: Field, coarse: Field) -> None:
    height, width = fine.target.shape
    coarse_height, coarse_width = coarse.target.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if not fine.target[y, x]:
                continue
            py, px = (y - RADIUS) // 2 + RADIUS, (x - RADIUS) // 2 + RADIUS
            if py >= coarse_height or px >= coarse_width or not coarse.target[py, px]:
                continue
            sy = (coarse.row[py, px] - RADIUS) * 2 + (y - RADIUS) % 2 + RADIUS
            sx = (coarse.column[py, px] - RADIUS) * 2 + (x - RADIUS) % 2 + RADIUS
            if sy < height and sx < width and fine.valid[sy, sx]:
                fine.row[y, x], fine.column[y, x] = sy, sx


def refine(fine: Field, coarse: Field, lanes: Lanes) -> None:
    """Takes over the coarser level's finds where they are valid here; others stay as they are."""
    lanes.rows(_refine, *fine.target.shape, fine, coarse)
