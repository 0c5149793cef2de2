"""A new layout for a picture: pieces of it, each moved to where its neighbours fit.

Pieces are laid in rows on a small version of the picture, each the best of some that are drawn at
random, and cut where they overlap (Efros and Freeman, Image Quilting, SIGGRAPH 2001). Search and
vote heal their joints afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....imaging.banded import Check
from ..patchmatch.kernels import BoolMask, Floats, Indices
from ..patchmatch.lanes import Lanes
from ..patchmatch.regions import halve_all
from .sheet import halved

_SMALL_SIDE = 96
_ENOUGH = 1 << 20
_LEAST_PIECE = 8
_CANDIDATES = 64
_STRIPS = 8
_LITTLE, _MUCH = 0.04, 0.25
_FAR, _NEAR = 0.5, 0.05
_UNUSABLE = 1e3
_TEXTURE = 0.95
_ROWS_A_CHECK = 256


@dataclass(frozen=True)
class Freedom:
    """How far pieces may wander, in shares of the height and the width (standard deviations)."""

    rows: float
    columns: float


_ANYWHERE = Freedom(1.0, 1.0)


def freedom_of(image: Floats, strength: float, lanes: Lanes) -> Freedom:
    """Far where the picture is the same everywhere; hardly across what changes on the way, as from
    sky to ground: the share of the variance that lies between strips tells the one from the other.
    """
    step = max(1, round((image.shape[0] * image.shape[1] / _ENOUGH) ** 0.5))
    image = image[::step, ::step]
    return Freedom(*(strength * _reach(np.moveaxis(image, axis, 0), lanes) for axis in (0, 1)))


def _reach(image: Floats, lanes: Lanes) -> float:
    means = list[Floats]()
    for strip in np.array_split(image, min(_STRIPS, len(image))):
        lanes.check()
        means.append(strip.mean(axis=(0, 1)))
    total = float(_variance(image, lanes).sum())
    share = float(np.var(means, axis=0).sum()) / total if total > 0.0 else 0.0
    held = np.clip((share - _LITTLE) / (_MUCH - _LITTLE), 0.0, 1.0)
    return float(_FAR + (_NEAR - _FAR) * held)


def _variance(image: Floats, lanes: Lanes) -> Floats:
    """``image.var(axis=(0, 1))``, step by step: its last bits depend on the order of its sums, and
    what a layout is like depends on them, so it is not cut in bands."""
    count = image.shape[0] * image.shape[1]
    away = np.add.reduce(image, axis=(0, 1), keepdims=True) / np.float32(count)
    lanes.check()
    away = image - away
    lanes.check()
    np.multiply(away, away, out=away)
    lanes.check()
    total = np.add.reduce(away, axis=(0, 1)) / np.float32(count)
    lanes.check()
    return total


def is_texture(image: Floats, lanes: Lanes) -> bool:
    """Whether it is the same everywhere, up and down and across."""
    freedom = freedom_of(image, 1.0, lanes)
    return min(freedom.rows, freedom.columns) >= _TEXTURE * _FAR


@dataclass(frozen=True)
class Ground:
    """What is laid out. ``colours``, ``usable``: the picture, (height, width, colours), and what of
    it may be copied. ``rows`` (H,), ``columns`` (W,): the line of the picture that each line of the
    result is of to begin with. ``kept``: (H, W), what is not laid out but stays there."""

    colours: Floats
    usable: BoolMask
    rows: Indices
    columns: Indices
    kept: BoolMask

    @classmethod
    def in_place(cls, colours: Floats, usable: BoolMask, kept: BoolMask) -> Ground:
        """The result has the picture's size, and pieces begin where they are."""
        rows, columns = (np.arange(side, dtype=np.int32) for side in usable.shape)
        return cls(colours, usable, rows, columns, kept)

    def halved(self, lanes: Lanes) -> Ground:
        height, width = ((side + 1) // 2 for side in self.usable.shape)
        return Ground(
            halved(self.colours, lanes),
            halve_all(self.usable),
            np.minimum(self.rows[::2] // 2, height - 1),
            np.minimum(self.columns[::2] // 2, width - 1),
            halve_all(self.kept),
        )


def laid_out(ground: Ground, piece: int, strength: float, seed: int, lanes: Lanes) -> Floats:
    """A new layout, (H, W, colours): what synthesis then starts from. ``piece`` in pixels;
    ``strength`` in 0..1 scales how far pieces wander. What is kept is not put in."""
    small, scale = ground, 1
    while min(small.usable.shape) >= 2 * _SMALL_SIDE:
        small, scale = small.halved(lanes), scale * 2
        lanes.check()
    generator = np.random.default_rng([seed & 0xFFFFFFFFFFFF, 1])
    piece = max(_LEAST_PIECE, round(piece / scale))
    freedom = freedom_of(small.colours, strength, lanes)
    places = new_layout(small, piece, freedom, generator, lanes)
    return _moved(ground, places, scale, lanes)


def _moved(ground: Ground, places: Indices, scale: int, lanes: Lanes) -> Floats:
    """The colours at full size, ``scale`` times that of ``places``."""
    height, width = ground.usable.shape
    columns = np.arange(len(ground.columns))
    moved = np.empty((len(ground.rows), len(columns), ground.colours.shape[2]), np.float32)

    def work(band: slice) -> None:
        rows = np.arange(band.start, band.stop)
        coarse = places[(rows // scale)[:, None], (columns // scale)[None, :]]
        from_rows = np.minimum(coarse[..., 0] * scale + (rows % scale)[:, None], height - 1)
        from_columns = np.minimum(coarse[..., 1] * scale + (columns % scale)[None, :], width - 1)
        moved[band] = ground.colours[from_rows, from_columns]

    lanes.bands(work, *moved.shape[:2])
    return moved


def new_layout(
    ground: Ground, piece: int, freedom: Freedom, generator: np.random.Generator, lanes: Lanes
) -> Indices:
    """(H, W, 2) int32: row and column of the pixel to begin with at each place; where it is kept,
    its own. ``piece``: side of a piece in pixels."""
    height, width = ground.kept.shape
    places = np.empty((height, width, 2), np.int32)
    places[..., 0], places[..., 1] = ground.rows[:, None], ground.columns
    board = _Board(ground, ground.kept.copy(), places)
    piece = min(piece, *(max(1, 2 * side // 3) for side in ground.usable.shape))
    rim = piece // 2
    for top in range(0, height, piece):
        lanes.check()
        for left in range(0, width, piece):
            block = Block(
                max(0, top - rim), max(0, left - rim),
                min(height, top + piece), min(width, left + piece),
                top, left,
            )  # fmt: skip
            if not ground.kept[block.window].all():
                offsets = drawn_offsets(block, ground, freedom, generator)
                if board.usable_share(block, offsets).max() < 1.0:
                    further = drawn_offsets(block, ground, _ANYWHERE, generator)
                    offsets = np.concatenate([offsets, further])
                board.lay(block, offsets)
    return places


@dataclass(frozen=True)
class Block:
    """Where a piece goes: rows ``top`` to ``bottom``, columns ``left`` to ``right``; up to row
    ``own_top`` and column ``own_left`` it overlaps what was laid before."""

    top: int
    left: int
    bottom: int
    right: int
    own_top: int
    own_left: int

    @property
    def window(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


def drawn_offsets(
    block: Block, ground: Ground, freedom: Freedom, generator: np.random.Generator
) -> NDArray[np.int64]:
    """(candidates, 2): offsets around the block's own that keep it inside the picture."""
    drawn = generator.standard_normal((_CANDIDATES, 2))
    offsets = np.empty((_CANDIDATES, 2), np.int64)
    shares, lines = (freedom.rows, freedom.columns), (ground.rows, ground.columns)
    for axis, (side, span) in enumerate(zip(block.window, ground.usable.shape, strict=True)):
        middle = (side.start + side.stop) // 2
        own = int(lines[axis][middle]) - (middle - side.start)
        room = span - (side.stop - side.start)
        start = np.rint(own + drawn[:, axis] * shares[axis] * span).astype(np.int64)
        start = np.mod(start, 2 * room + 1)
        offsets[:, axis] = np.where(start > room, 2 * room - start, start) - side.start
    return offsets


@dataclass(frozen=True)
class _Board:
    """``laid``: which pixels have been decided on; ``places``: on what."""

    ground: Ground
    laid: BoolMask
    places: Indices

    def lay(self, block: Block, offsets: NDArray[np.int64]) -> None:
        """Moves the block by the offset that fits best what is laid in it and around it, and cuts
        it where the two differ least."""
        rows, columns = np.mgrid[block.window]
        dy, dx = offsets[int(np.argmin(self._costs(block, offsets)))]
        moved = np.stack([rows + dy, columns + dx], axis=2).astype(np.int32)
        own = ~self.laid[block.window]
        if not own.all():
            own |= self._cut(block, moved) & ~self.ground.kept[block.window]
        self.places[block.window][own] = moved[own]
        self.laid[block.window] = True

    def _costs(self, block: Block, offsets: NDArray[np.int64]) -> NDArray[np.floating]:
        """Mean squared difference from what is laid; what must not be copied is out of the question
        as long as there is anything else."""
        image = self.ground.colours
        height, width = image.shape[:2]
        beyond = max(2, (block.bottom - block.top) // 4)
        top, left = block.top, block.left
        around = (slice(top, block.bottom + beyond), slice(left, block.right + beyond))
        ys, xs = np.nonzero(self.laid[around])
        costs = np.zeros(len(offsets), np.float32)
        if len(ys):
            there = self.places[ys + top, xs + left]
            wanted = image[there[:, 0], there[:, 1]]
            sy = np.clip(ys + top + offsets[:, :1], 0, height - 1)
            sx = np.clip(xs + left + offsets[:, 1:], 0, width - 1)
            costs = np.square(image[sy, sx] - wanted).mean(axis=(1, 2))
        return costs + _UNUSABLE * (1.0 - self.usable_share(block, offsets))

    def usable_share(self, block: Block, offsets: NDArray[np.int64]) -> NDArray[np.float64]:
        """(candidates,): how much of what each would move here may be copied."""
        rows, columns = np.mgrid[block.window]
        by, bx = rows.ravel() + offsets[:, :1], columns.ravel() + offsets[:, 1:]
        return self.ground.usable[by, bx].mean(axis=1)

    def _cut(self, block: Block, moved: Indices) -> BoolMask:
        """Which pixels of the overlap the new piece takes: those beyond the cheapest cuts."""
        there = self.places[block.window]
        old, new = (self.ground.colours[each[..., 0], each[..., 1]] for each in (there, moved))
        difference = np.square(old - new).sum(axis=2)
        taken = np.ones(difference.shape, np.bool_)
        across, down = block.own_left - block.left, block.own_top - block.top
        if across:
            cut = cheapest_cut(difference[:, :across])
            taken[:, :across] &= np.arange(across) >= cut[:, None]
        if down:
            cut = cheapest_cut(difference[:down].T)
            taken[:down] &= np.arange(down)[:, None] >= cut
        return taken


def cheapest_cut(cost: Floats, check: Check = lambda: None) -> NDArray[np.int64]:
    """(rows,): the column in each row of the cheapest path from top to bottom that moves by at most
    one column a row. ``check`` raises when the work is to stop."""
    total = cost.astype(np.float64)
    above = np.full(total.shape[1] + 2, np.inf)
    for row in range(1, len(total)):
        if row % _ROWS_A_CHECK == 0:
            check()
        above[1:-1] = total[row - 1]
        total[row] += np.minimum(np.minimum(above[:-2], above[2:]), above[1:-1])
    path = np.empty(len(total), np.int64)
    path[-1] = int(np.argmin(total[-1]))
    for row in range(len(total) - 2, -1, -1):
        if row % _ROWS_A_CHECK == 0:
            check()
        first = max(0, path[row + 1] - 1)
        path[row] = first + int(np.argmin(total[row, first : path[row + 1] + 2]))
    return path
