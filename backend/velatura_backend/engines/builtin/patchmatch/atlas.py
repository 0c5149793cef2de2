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
from .pyramid import halve_features
from .regions import depth_inside, dilate, halve_all
from .search import Field

_CONFIDENCE_BASE = 1.25
_LEAST_CONFIDENCE = 0.1
_FULL_WEIGHT = 255
_MAX_SOURCES = 1 << 18


@dataclass(frozen=True)
class Planes:
    """One level of target or source: ``features`` padded by RADIUS, (height + 2R, (width + 2R) ·
    channels); ``mask``: (height, width), the target's unknown or the source's usable pixels;
    ``present``: (height, width), what there is of the target, unknown or not; ``trust``: (height,
    width) in 0..1, how much its guides count."""

    features: Floats
    mask: BoolMask
    present: BoolMask
    trust: Floats | None = None


@dataclass(frozen=True)
class Atlas:
    """One level, ready for search. ``unknown``, ``present``: padded masks of the target's pixels
    to be made and of all the target's. ``origin``: rows from a target's coordinates to the same
    coordinates in the source. ``given``: what the vote must not change, a copy of the channels
    from ``colours`` on of the target's rows."""

    field: Field
    unknown: BoolMask
    present: BoolMask
    confidence: Floats
    origin: int
    size: tuple[int, int]
    colours: int
    channels: int
    given: Floats

    @property
    def target(self) -> Floats:
        """(height, width, channels), a view."""
        planes = self.field.features.reshape(len(self.unknown), -1, self.channels)
        height, width = self.size
        return planes[RADIUS : RADIUS + height, RADIUS : RADIUS + width]

    @property
    def source(self) -> Floats:
        """(rows, columns, channels) of the whole source block, padded; a view."""
        return self.field.features.reshape(len(self.unknown), -1, self.channels)[self.origin :]

    def restore_guides(self) -> None:
        self.target[..., self.colours :] = self.given


def padded_features(pixels: Floats) -> Floats:
    """(height, width, channels) as padded feature rows."""
    height, width, channels = pixels.shape
    features = np.zeros((height + 2 * RADIUS, width + 2 * RADIUS, channels), np.float32)
    features[RADIUS:-RADIUS, RADIUS:-RADIUS] = pixels
    return features.reshape(len(features), -1)


def halved_target(fine: Planes, channels: int, lanes: Lanes) -> Planes:
    """A pixel is unknown or present where any of the four below is; those present count."""
    features = halve_features(fine.features, fine.present, channels, lanes)
    trust = None if fine.trust is None else _halved(fine.trust)
    return Planes(features, ~halve_all(~fine.mask), ~halve_all(~fine.present), trust)


def halved_source(fine: Planes, channels: int, lanes: Lanes) -> Planes:
    """A pixel is usable where all below are."""
    usable = halve_all(fine.mask)
    return Planes(halve_features(fine.features, fine.mask, channels, lanes), usable, usable)


def _halved(plane: Floats) -> Floats:
    height, width = plane.shape
    even = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    return 0.25 * (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2])


def whole_patches(usable: BoolMask, lanes: Lanes) -> BoolMask:
    """Where a whole patch may be copied; (height, width)."""
    blocked = np.pad(~usable, RADIUS, constant_values=True)
    return ~dilate(blocked, RADIUS, lanes)[RADIUS:-RADIUS, RADIUS:-RADIUS]


def make_atlas(target: Planes, source: Planes, colours: int, channels: int, lanes: Lanes) -> Atlas:
    """The two on top of each other and an empty field. There must be a whole patch to copy."""
    height, width = target.mask.shape
    source_height, source_width = source.mask.shape
    origin = height + 2 * RADIUS
    shape = (origin + source_height + 2 * RADIUS, max(width, source_width) + 2 * RADIUS)
    features = np.zeros((shape[0], shape[1] * channels), np.float32)
    features[:origin, : target.features.shape[1]] = target.features
    features[origin:, : source.features.shape[1]] = source.features
    lanes.check()
    unknown, present = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    inner = (slice(RADIUS, RADIUS + height), slice(RADIUS, RADIUS + width))
    unknown[inner], present[inner] = target.mask, target.present
    confidence = _confidence(unknown, present, lanes)
    touched = np.zeros(shape, np.bool_)
    touched[inner] = dilate(target.mask, RADIUS, lanes)
    valid = np.zeros(shape, np.bool_)
    beside = slice(RADIUS, RADIUS + source_width)
    valid[origin + RADIUS : -RADIUS, beside] = whole_patches(source.mask, lanes)
    field = Field(
        features,
        _weights(confidence[inner], target, colours, channels, shape, lanes),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.float32),
        touched,
        valid,
        _sample(valid),
    )
    planes = features.reshape(shape[0], -1, channels)
    given = planes[inner][..., colours:].copy()
    return Atlas(
        field, unknown, present, confidence, origin, (height, width), colours, channels, given
    )


def _confidence(unknown: BoolMask, present: BoolMask, lanes: Lanes) -> Floats:
    """1 where colours are given, falling away from there; 1 everywhere if none are."""
    if not (present & ~unknown).any():
        return np.ones(unknown.shape, np.float32)
    depth = depth_inside(unknown | ~present, lanes)
    lanes.check()
    return np.maximum(np.float32(_CONFIDENCE_BASE) ** -depth, np.float32(_LEAST_CONFIDENCE))


def _weights(
    confidence: Floats,
    target: Planes,
    colours: int,
    channels: int,
    shape: tuple[int, int],
    lanes: Lanes,
) -> Bytes:
    """Guides count as far as they are trusted, colours as far as they are known."""
    weight = np.zeros((shape[0], shape[1], channels), np.uint8)
    height, width = confidence.shape
    inner = weight[RADIUS : RADIUS + height, RADIUS : RADIUS + width]
    full = np.where(target.present, np.float32(_FULL_WEIGHT), np.float32(0.0))
    inner[..., :colours] = (full * confidence).astype(np.uint8)[..., None]
    guides = full if target.trust is None else full * np.clip(target.trust, 0.0, 1.0)
    inner[..., colours:] = guides.astype(np.uint8)[..., None]
    lanes.check()
    return weight.reshape(shape[0], -1)


def _sample(valid: BoolMask) -> Indices:
    flat = np.flatnonzero(valid)
    flat = flat[:: 1 + len(flat) // _MAX_SOURCES]
    return np.stack(np.unravel_index(flat, valid.shape), axis=1).astype(np.int32)


@kernel
def _refine_atlas(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    fine: Field,
    fine_origin: int,
    coarse: Field,
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
            if not coarse.target[cy, cx]:
                continue
            row = coarse.row[cy, cx] - RADIUS - coarse_origin
            sy = row * 2 + (y - RADIUS) % 2 + RADIUS + fine_origin
            sx = (coarse.column[cy, cx] - RADIUS) * 2 + (x - RADIUS) % 2 + RADIUS
            if sy < fine.valid.shape[0] and sx < width and fine.valid[sy, sx]:
                fine.row[y, x], fine.column[y, x] = sy, sx


def refine_atlas(fine: Atlas, coarse: Atlas, lanes: Lanes) -> None:
    """Takes over the coarser level's finds where they are valid here; others stay as they are."""
    lanes.rows(
        _refine_atlas, fine.origin, fine.field.target.shape[1],
        fine.field, fine.origin, coarse.field, coarse.origin, *coarse.size,
    )  # fmt: skip
