"""New proportions: what matters keeps its shape, the rest is made anew to fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Role

from ....imaging.resize import Filter, resize, resize_mask
from ...base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
)
from ...specs.retarget import RETARGET
from ..arrays import copied
from ..glance import LARGE, glimpse, step_to
from ..patchmatch.kernels import BoolMask, Flag, Floats, Indices, kernel
from ..patchmatch.lanes import Lanes
from ..patchmatch.picking import variance
from ..patchmatch.synthesis import (
    Lattice,
    Problem,
    SynthesisSettings,
    SynthesisStage,
    synthesise,
)
from ..premultiplied import straight_of, working_of
from .layout import Ground, is_texture, laid_out
from .proportions import Lines, importance, new_lines
from .sheet import TEXTURE, mended, missing, roomy, shown, sound_pixels

_PIECE, _WANDER = 0.3, 0.3
_STAY = 0.5
"""How much it counts, against the picture's variance, that a copy comes from far away: pieces of
the subject are else used up for highlights at the border."""


class RetargetEngine:
    """See :mod:`.proportions` and :mod:`..patchmatch.synthesis` for the method and its sources."""

    spec: EngineSpec = RETARGET

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        yield from glimpse(self, task, context)
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            yield from _Retargeting(task, context, lanes).run()


@dataclass(frozen=True)
class _Kept:
    """What is protected, where it lies in the result. ``fixed``: there; ``rows``, ``columns``: the
    line of the picture that each line of the result is of, where it has protected pixels."""

    fixed: BoolMask
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    def put(self, goal: Floats, source: Floats, lanes: Lanes) -> None:
        """Its pixels of ``source`` (h, w, c) into ``goal`` (H, W, c).

        :raises Cancelled: the order is to stop
        """

        def work(band: slice) -> None:
            ys, xs = np.nonzero(self.fixed[band])
            goal[band][ys, xs] = source[self.rows[band][ys], self.columns[xs]]

        lanes.bands(work, *self.fixed.shape)

    def of_every(self, step: int) -> _Kept:
        """Of every so many rows and columns of the result."""
        return _Kept(self.fixed[::step, ::step], self.rows[::step], self.columns[::step])


@dataclass(frozen=True)
class _Frame:
    """The picture at the scale it will have, before its proportions change."""

    image: FloatImage
    protect: BoolMask
    scaled: bool


class _Retargeting:
    def __init__(self, task: EngineTask, context: EngineContext, lanes: Lanes) -> None:
        self.task, self.context, self.lanes = task, context, lanes
        self.size = task.target or (task.image.shape[0], task.image.shape[1])
        self.frame = _frame(task, self.size, lanes)

    def run(self) -> Iterator[EngineEvent]:
        if self.frame.image.shape[:2] == self.size:
            yield EngineResult(copied(self.frame.image, self.lanes))
            return
        colours, sound = self._colours()
        rows, columns = (self._lines(colours, axis) for axis in (0, 1))
        kept = self._protected(rows, columns)
        texture = is_texture(colours, self.lanes)
        if texture:
            initial = self._rearranged(colours, sound, rows, columns, kept.fixed)
        else:
            initial = _resampled(colours, rows, columns, self.size, self.lanes)
        kept.put(initial, colours, self.lanes)
        if self.context.wants_preview():
            yield EnginePreview(self._shown(SynthesisStage(0.0, initial, 1, 0.0, True), kept))
        source, usable = roomy(colours, sound)
        here, there = self._positions(rows, columns)
        problem = Problem(
            source=source,
            initial=initial,
            usable=usable,
            fixed=kept.fixed if kept.fixed.any() else None,
            source_guides=None if texture else there,
            target_guides=None if texture else here,
        )
        weight = _STAY * float(variance(colours, sound, self.lanes).sum())
        settings = SynthesisSettings(
            texture=TEXTURE, coarsest=40, screening=0.05, guide_weight=weight
        )
        stages = synthesise(problem, settings, self.task.seed, self.lanes)
        del problem, initial, source, colours, sound  # 12 megapixels of colours are 150 MB
        for stage in stages:
            if stage.level_done and stage.fraction < 1.0 and self.context.wants_preview():
                yield EnginePreview(self._shown(stage, kept))
            yield EngineProgress(Phase.STEPPING, stage.fraction)
            if stage.fraction == 1.0:
                result = self._finished(stage.colours, kept)
                whole = float(rows.kept and columns.kept)
                yield EngineResult(result, {"energy": stage.energy, "protected_kept": whole})
            del stage

    def _colours(self) -> tuple[Floats, BoolMask]:
        """Working colours, alpha with them, and what of them may be copied."""
        image = self.frame.image
        sound = sound_pixels(image, self.lanes)
        colours, usable = mended(working_of(image, self.lanes), sound, self.lanes)
        return colours, usable if usable.any() else ~usable

    def _lines(self, colours: Floats, axis: int) -> Lines:
        protected = np.asarray(self.frame.protect.any(axis=1 - axis))
        weight = importance(colours, axis, self.lanes)
        return new_lines(weight, protected, self.size[axis])

    def _rearranged(
        self, colours: Floats, usable: BoolMask, rows: Lines, columns: Lines, kept: BoolMask
    ) -> Floats:
        """What is the same everywhere has no quiet parts to stretch: its pieces keep their size and
        there are more of them, or fewer."""
        height, width = usable.shape
        ground = Ground(
            colours,
            usable,
            np.clip(rows.sources(self.size[0]).round(), 0, height - 1).astype(np.int32),
            np.clip(columns.sources(self.size[1]).round(), 0, width - 1).astype(np.int32),
            kept,
        )
        piece = round(_PIECE * min(*usable.shape, *self.size))
        return laid_out(ground, piece, _WANDER, self.task.seed, self.lanes)

    def _positions(self, rows: Lines, columns: Lines) -> tuple[Lattice, Lattice]:
        """Which place of the picture each pixel of the result is of, and those of the picture's own
        pixels, mirrored where it is: in shares of its longer side, row and column, as guides."""
        size = self.frame.image.shape[:2]
        here = (lines.sources(side) for lines, side in zip((rows, columns), self.size, strict=True))
        there = (
            np.pad(np.arange(side), margins, "symmetric")
            for side, margins in zip(size, missing(size), strict=True)
        )
        above, below = (
            Lattice(*((each / max(size)).astype(np.float32) for each in places))
            for places in (here, there)
        )
        return above, below

    def _protected(self, rows: Lines, columns: Lines) -> _Kept:
        """Protected lines keep their width: no two of them come to lie on one of the result."""
        protect = self.frame.protect
        fixed = np.zeros(self.size, np.bool_)
        kept = _Kept(fixed, np.zeros(self.size[0], np.intp), np.zeros(self.size[1], np.intp))
        if not (rows.kept and columns.kept and protect.any()):
            return kept
        ys, xs = (np.flatnonzero(protect.any(axis=axis)) for axis in (1, 0))
        to_y, to_x = rows.edges[ys].round().astype(int), columns.edges[xs].round().astype(int)
        kept.rows[to_y], kept.columns[to_x] = ys, xs
        held, across = np.zeros(self.size[0], np.bool_), np.zeros(self.size[1], np.bool_)
        held[to_y], across[to_x] = True, True

        def work(band: slice) -> None:
            there = protect[kept.rows[band, None], kept.columns[None]]
            fixed[band] = there & held[band, None] & across[None]

        self.lanes.bands(work, *self.size)
        return kept

    def _finished(self, colours: Floats, kept: _Kept) -> FloatImage:
        image = straight_of(colours, self.frame.image.shape[2], self.lanes)
        kept.put(image, self.frame.image, self.lanes)
        return image

    def _shown(self, stage: SynthesisStage, kept: _Kept) -> FloatImage:
        """No more of it than a panel has room for: what has a size of its own is not put on the
        canvas before it is accepted, and 18 megapixels are 288 MB."""
        step = step_to(LARGE, self.size)
        image = shown(stage, self.size, self.frame.image.shape[2], step, self.lanes)
        kept.of_every(step).put(image, self.frame.image, self.lanes)
        return image


def _frame(task: EngineTask, size: tuple[int, int], lanes: Lanes) -> _Frame:
    """Both sides larger, or both smaller: the picture as a whole is scaled as far as both are, and
    only the rest is a change of proportions."""
    height, width = task.image.shape[:2]
    protect = task.masks.get(Role.PROTECT)
    kept = np.zeros((height, width), np.bool_) if protect is None else protect > 0.0
    down, across = size[0] / height, size[1] / width
    scale = min(down, across) if min(down, across) > 1.0 else max(down, across)
    if scale > 1.0 > min(down, across) or scale == 1.0 or (down - 1.0) * (across - 1.0) <= 0.0:
        return _Frame(task.image, kept, False)
    scaled = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    clean = lanes.over(_without_infinities, task.image)
    mask = resize_mask(kept.astype(np.float32), scaled, Filter.BOX, lanes.check) > 0.0
    return _Frame(resize(clean, scaled, check=lanes.check), mask, True)


def _without_infinities(image: FloatImage) -> FloatImage:
    return np.nan_to_num(image, nan=0.0, posinf=0.0, neginf=0.0)


def _resampled(
    colours: Floats, rows: Lines, columns: Lines, size: tuple[int, int], lanes: Lanes
) -> Floats:
    """(height, width, channels), linear between neighbours along each axis."""
    result = np.empty((*size, colours.shape[2]), np.float32)
    down, across = (
        _between(lines.sources(side), full)
        for lines, side, full in zip((rows, columns), size, colours.shape[:2], strict=True)
    )
    lanes.rows(_stretch, *size, colours, *down, *across, result)
    return result


def _between(sources: NDArray[np.float64], count: int) -> tuple[Indices, Floats]:
    """The line before each place, and how far it lies towards the next."""
    places = np.clip(sources, 0.0, count - 1.0)
    first = np.minimum(places.astype(np.int32), max(0, count - 2))
    return first, (places - first).astype(np.float32)


@kernel
def _stretch(
    start: int, stop: int, flag: Flag, serial: int, colours: Floats, first_row: Indices,
    row_share: Floats, first_column: Indices, column_share: Floats, result: Floats,
) -> None:  # fmt: skip
    height, width = colours.shape[:2]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        top, v = first_row[y], row_share[y]
        below = min(top + 1, height - 1)
        for x in range(result.shape[1]):
            left, u = first_column[x], column_share[x]
            right = min(left + 1, width - 1)
            for c in range(result.shape[2]):
                upper = colours[top, left, c] + u * (colours[top, right, c] - colours[top, left, c])
                lower = colours[below, left, c]
                lower += u * (colours[below, right, c] - colours[below, left, c])
                result[y, x, c] = upper + v * (lower - upper)
