"""A new layout for a picture: pieces of it, each moved to where its neighbours fit.

Pieces are laid in rows like quilting blocks (Efros and Freeman, Image Quilting, SIGGRAPH 2001), on
a small version of the picture, each the best of some that are drawn at random. Search and vote heal
their joints afterwards, so no cut is sought between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..patchmatch.kernels import BoolMask, Floats, Indices
from ..patchmatch.lanes import Lanes

_CANDIDATES = 64
_STRIPS = 8
_LITTLE, _MUCH = 0.04, 0.25
_FAR, _NEAR = 0.5, 0.05


@dataclass(frozen=True)
class Freedom:
    """How far pieces may wander, in shares of the height and the width (standard deviations)."""

    rows: float
    columns: float


def freedom_of(image: Floats, strength: float) -> Freedom:
    """Far where the picture is the same everywhere; hardly across what changes on the way, as from
    sky to ground: the share of the variance that lies between strips tells the one from the other.
    """
    return Freedom(*(strength * _reach(np.moveaxis(image, axis, 0)) for axis in (0, 1)))


def _reach(image: Floats) -> float:
    strips = np.array_split(image, min(_STRIPS, len(image)))
    means = np.stack([strip.mean(axis=(0, 1)) for strip in strips])
    total = float(image.var(axis=(0, 1)).sum())
    share = float(means.var(axis=0).sum()) / total if total > 0.0 else 0.0
    held = np.clip((share - _LITTLE) / (_MUCH - _LITTLE), 0.0, 1.0)
    return float(_FAR + (_NEAR - _FAR) * held)


def new_layout(
    image: Floats,
    usable: BoolMask,
    fixed: BoolMask,
    piece: int,
    freedom: Freedom,
    generator: np.random.Generator,
    lanes: Lanes,
) -> Indices:
    """(height, width, 2) int32: row and column of the pixel to begin with at each place; where
    ``fixed``, its own. ``piece``: side of a piece in pixels."""
    height, width = fixed.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.int32)
    places = np.stack([rows, columns], axis=2)
    board = _Board(image, usable, fixed.copy(), places)
    for top in range(0, height, piece):
        lanes.check()
        for left in range(0, width, piece):
            block = (slice(top, min(height, top + piece)), slice(left, min(width, left + piece)))
            if not fixed[block].all():
                board.lay(block, _drawn(block, freedom, (height, width), generator))
    places[fixed] = np.stack([rows, columns], axis=2)[fixed]
    return places


def _drawn(
    block: tuple[slice, slice],
    freedom: Freedom,
    size: tuple[int, int],
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """(candidates, 2): offsets that keep the block inside the picture."""
    drawn = generator.standard_normal((_CANDIDATES, 2))
    offsets = np.rint(drawn * (freedom.rows * size[0], freedom.columns * size[1])).astype(np.int64)
    for axis, (side, span) in enumerate(zip(block, size, strict=True)):
        room = span - (side.stop - side.start)
        start = np.mod(side.start + offsets[:, axis], 2 * room + 1 if room else 1)
        start = np.where(start > room, 2 * room - start, start)  # mirrored back at the border
        offsets[:, axis] = np.abs(start) - side.start
    return offsets


@dataclass(frozen=True)
class _Board:
    """``laid``: which pixels have been decided on; ``places``: on what."""

    image: Floats
    usable: BoolMask
    laid: BoolMask
    places: Indices

    def lay(self, block: tuple[slice, slice], offsets: NDArray[np.int64]) -> None:
        """Moves the block by the offset that fits best what is laid in it and around it."""
        height, width = self.laid.shape
        rim = max(2, (block[0].stop - block[0].start) // 4)
        around = (
            slice(max(0, block[0].start - rim), min(height, block[0].stop + rim)),
            slice(max(0, block[1].start - rim), min(width, block[1].stop + rim)),
        )
        ys, xs = np.nonzero(self.laid[around])
        costs = np.zeros(len(offsets))
        if len(ys):
            ys, xs = ys + around[0].start, xs + around[1].start
            there = self.places[ys, xs]
            wanted = self.image[there[:, 0], there[:, 1]]
            sy = np.clip(ys + offsets[:, :1], 0, height - 1)
            sx = np.clip(xs + offsets[:, 1:], 0, width - 1)
            costs = np.square(self.image[sy, sx] - wanted).mean(axis=(1, 2))
        rows, columns = np.mgrid[block]
        by, bx = rows.ravel() + offsets[:, :1], columns.ravel() + offsets[:, 1:]
        costs += 1e3 * (1.0 - self.usable[by, bx].mean(axis=1))
        dy, dx = offsets[int(np.argmin(costs))]
        open_ = ~self.laid[block]
        moved = np.stack([rows + dy, columns + dx], axis=2).astype(np.int32)
        self.places[block][open_] = moved[open_]
        self.laid[block] = True
