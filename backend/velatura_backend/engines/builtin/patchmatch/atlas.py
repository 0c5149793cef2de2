"""Target and source of a synthesis side by side in one padded picture, so that the kernels that
fill a hole with the rest of its own picture also fill a picture from another one.

Rows from the top: padding, target, padding, padding, source, padding; all columns padded too. A
pixel's channels are its colours (voted), its guides (given) and, where wanted, how much it is used
already: 0 in the target, so that a distance grows with the use of what is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .distance import RADIUS
from .kernels import BoolMask, Bytes, Flag, Floats, Indices, kernel
from .lanes import Lanes
from .picking import every_place
from .pyramid import halve_into
from .regions import depth_inside, dilate, halve_all
from .search import Field, no_prices

_CONFIDENCE_BASE = 1.25
_LEAST_CONFIDENCE = 0.1
_FULL_WEIGHT = 255
_MAX_SOURCES = 1 << 18


@dataclass(frozen=True)
class Planes:
    """One level of target or source, but for its features. ``mask``: (height, width), the target's
    unknown or the source's usable pixels; ``present``: (height, width), what there is of the
    target, unknown or not; ``trust``: (height, width) in 0..1, how much its guides count."""

    mask: BoolMask
    present: BoolMask
    trust: Floats | None = None


@dataclass(frozen=True)
class Sheets:
    """One level of target and source. ``features``: of both, laid out as above, (rows, columns ·
    channels)."""

    features: Floats
    target: Planes
    source: Planes

    @property
    def origin(self) -> int:
        """Rows from a target's coordinates to the same coordinates in the source."""
        return self.target.mask.shape[0] + 2 * RADIUS

    def target_pixels(self, channels: int) -> Floats:
        """(height, width, channels), a view."""
        return self._pixels(channels, 0, self.target.mask.shape)

    def source_pixels(self, channels: int) -> Floats:
        return self._pixels(channels, self.origin, self.source.mask.shape)

    def _pixels(self, channels: int, top: int, size: tuple[int, ...]) -> Floats:
        planes = self.features.reshape(len(self.features), -1, channels)
        rows = slice(top + RADIUS, top + RADIUS + size[0])
        return planes[rows, RADIUS : RADIUS + size[1]]

    def halved(self, channels: int, lanes: Lanes) -> Sheets:
        """A pixel of the target is unknown or present where any of the four below is; one of the
        source is usable where all are. Those present, or usable, count."""
        fine = self.target
        trust = None if fine.trust is None else _halved(fine.trust)
        lanes.check()
        mask = ~halve_all(~fine.mask)
        lanes.check()
        present = mask if fine.present is fine.mask else ~halve_all(~fine.present)
        target = Planes(mask, present, trust)
        lanes.check()
        usable = halve_all(self.source.mask)
        coarse = blank_sheets(target, Planes(usable, usable), channels)
        halve_into(coarse.features, 0, self.features, 0, fine.present, channels, lanes)
        halve_into(
            coarse.features, coarse.origin, self.features, self.origin, self.source.mask, channels,
            lanes,
        )  # fmt: skip
        return coarse


def blank_sheets(target: Planes, source: Planes, channels: int) -> Sheets:
    """All features are 0."""
    width = max(target.mask.shape[1], source.mask.shape[1]) + 2 * RADIUS
    height = target.mask.shape[0] + source.mask.shape[0] + 4 * RADIUS
    return Sheets(np.zeros((height, width * channels), np.float32), target, source)


@dataclass(frozen=True)
class Found:
    """What the next finer level takes over. ``origin``, ``size``: of the atlas it was found in."""

    row: Indices
    column: Indices
    target: BoolMask
    origin: int
    size: tuple[int, int]


@dataclass
class Atlas:
    """One level, ready for search. What belongs to the target alone ends where the source begins:
    ``unknown``, ``present``: padded masks of its pixels to be made and of all of them;
    ``confidence``: of those that are near given ones, None if none are given. ``origin``:
    rows from a target's coordinates to the same coordinates in the source. ``colours`` of the
    ``channels`` are voted on, the others given."""

    field: Field
    unknown: BoolMask
    present: BoolMask
    confidence: Floats | None
    origin: int
    size: tuple[int, int]
    colours: int
    channels: int

    @property
    def target(self) -> Floats:
        """(height, width, channels), a view."""
        features = self.field.features
        height, width = self.size
        planes = features.reshape(len(features), -1, self.channels)
        return planes[RADIUS : RADIUS + height, RADIUS : RADIUS + width]

    @property
    def source(self) -> Floats:
        """(rows, columns, channels) of the whole source block, padded; a view."""
        features = self.field.features
        return features.reshape(len(features), -1, self.channels)[self.origin :]

    def searched(self) -> None:
        """It is only voted on from now on. What counts how much in a distance is forgotten: of 18
        megapixels with six channels it is 108 MB."""
        self.field = self.field._replace(weight=np.empty((0, 0), np.uint8))

    @property
    def found(self) -> Found:
        field = self.field
        return Found(field.row, field.column, field.target, self.origin, self.size)


def _halved(plane: Floats) -> Floats:
    height, width = plane.shape
    even = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    return 0.25 * (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2])


def whole_patches(usable: BoolMask, lanes: Lanes) -> BoolMask:
    """Where a whole patch may be copied; (height, width)."""
    lanes.check()
    blocked = np.pad(~usable, RADIUS, constant_values=True)
    return ~dilate(blocked, RADIUS, lanes)[RADIUS:-RADIUS, RADIUS:-RADIUS]


def make_atlas(sheets: Sheets, colours: int, channels: int, lanes: Lanes) -> Atlas:
    """An empty field over the two; the features are theirs. There must be a whole patch to copy."""
    target, source, origin = sheets.target, sheets.source, sheets.origin
    height, width = target.mask.shape
    rows, columns = len(sheets.features), sheets.features.shape[1] // channels
    shape = (origin, columns)
    inner = (slice(RADIUS, RADIUS + height), slice(RADIUS, RADIUS + width))
    unknown = present = np.zeros(shape, np.bool_)
    unknown[inner] = target.mask
    if target.present is not target.mask:
        present = np.zeros(shape, np.bool_)
        present[inner] = target.present
    lanes.check()
    confidence = _confidence(unknown, present, lanes)
    lanes.check()
    touched = np.zeros(shape, np.bool_)
    touched[inner] = dilate(target.mask, RADIUS, lanes)
    lanes.check()
    valid = np.zeros((rows, columns), np.bool_)
    beside = slice(RADIUS, RADIUS + source.mask.shape[1])
    valid[origin + RADIUS : -RADIUS, beside] = whole_patches(source.mask, lanes)
    field = Field(
        sheets.features,
        _weights(confidence, target, colours, channels, shape, lanes),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.float32),
        touched,
        valid,
        _sample(valid, lanes),
        no_prices(),
        no_prices(),
    )
    return Atlas(field, unknown, present, confidence, origin, (height, width), colours, channels)


def _confidence(unknown: BoolMask, present: BoolMask, lanes: Lanes) -> Floats | None:
    """1 where colours are given, falling away from there; None if none are."""
    if present is unknown or not (present & ~unknown).any():
        return None
    return lanes.over(_falling_away, depth_inside(unknown | ~present, lanes))


def _falling_away(depth: Floats) -> Floats:
    return np.maximum(np.float32(_CONFIDENCE_BASE) ** -depth, np.float32(_LEAST_CONFIDENCE))


def _weights(
    confidence: Floats | None,
    target: Planes,
    colours: int,
    channels: int,
    shape: tuple[int, int],
    lanes: Lanes,
) -> Bytes:
    """Guides count as far as they are trusted, colours as far as they are known."""
    weight = np.zeros((shape[0], shape[1], channels), np.uint8)
    height, width = target.mask.shape
    window = (slice(RADIUS, RADIUS + height), slice(RADIUS, RADIUS + width))
    inner, trusted = weight[window], None if confidence is None else confidence[window]

    def work(rows: slice) -> None:
        full = np.where(target.present[rows], np.float32(_FULL_WEIGHT), np.float32(0.0))
        known = full if trusted is None else full * trusted[rows]
        inner[rows, :, :colours] = known.astype(np.uint8)[..., None]
        if target.trust is not None:
            full = full * np.clip(target.trust[rows], 0.0, 1.0)
        inner[rows, :, colours:] = full.astype(np.uint8)[..., None]

    lanes.bands(work, height, width)
    return weight.reshape(shape[0], -1)


def _sample(valid: BoolMask, lanes: Lanes) -> Indices:
    step = 1 + int(np.count_nonzero(valid)) // _MAX_SOURCES
    flat = every_place(valid, step, lanes)
    return np.stack(np.unravel_index(flat, valid.shape), axis=1).astype(np.int32)


@kernel
def _refine_atlas(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    fine: Field,
    fine_origin: int,
    coarse_target: BoolMask,
    coarse_row: Indices,
    coarse_column: Indices,
    coarse_origin: int,
    coarse_height: int,
    coarse_width: int,
) -> None:
    width = fine.target.shape[1]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if not fine.target[y, x]:
                continue
            cy = min((y - RADIUS) // 2, coarse_height - 1) + RADIUS
            cx = min((x - RADIUS) // 2, coarse_width - 1) + RADIUS
            if not coarse_target[cy, cx]:
                continue
            row = coarse_row[cy, cx] - RADIUS - coarse_origin
            sy = row * 2 + (y - RADIUS) % 2 + RADIUS + fine_origin
            sx = (coarse_column[cy, cx] - RADIUS) * 2 + (x - RADIUS) % 2 + RADIUS
            if sy < fine.valid.shape[0] and sx < width and fine.valid[sy, sx]:
                fine.row[y, x], fine.column[y, x] = sy, sx


def refine_atlas(fine: Atlas, coarse: Found, lanes: Lanes) -> None:
    """Takes over the coarser level's finds where they are valid here; others stay as they are."""
    lanes.rows(
        _refine_atlas, fine.origin, fine.field.target.shape[1],
        fine.field, fine.origin, coarse.target, coarse.row, coarse.column, coarse.origin,
        *coarse.size,
    )  # fmt: skip
