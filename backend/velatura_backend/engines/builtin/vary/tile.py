"""Makes a picture repeat without seams: rolled by half, and the cross of its borders made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Role

from ...base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
)
from ...specs.tile import TILE
from ..arrays import copied
from ..glance import glimpse
from ..patchmatch.kernels import BoolMask, Floats
from ..patchmatch.lanes import Lanes
from ..patchmatch.synthesis import Problem, SynthesisSettings, SynthesisStage, synthesise
from ..premultiplied import from_working, straight_of
from ..values import number, text
from .layout import Ground, cheapest_cut, laid_out
from .light import evened
from .sheet import TEXTURE, nearest, roomy, sheet_with_alpha
from .wrap import wrap_seam

_SHARE = 0.16
_LEAST_SIDE = 24
_PLAY = 0.5
_MAIN_SHARE = 0.8
_MARGIN = 32


@dataclass(frozen=True)
class _Pass:
    """One part of the borders to be made anew. ``shift``: rows and columns the picture is rolled by
    so that it lies in the middle; ``unknown``: where, then; ``share`` of the work."""

    shift: tuple[int, int]
    unknown: BoolMask
    share: float

    @property
    def window(self) -> tuple[slice, slice]:
        """What has to be looked at for it."""
        spans = (np.flatnonzero(self.unknown.any(axis=axis)) for axis in (1, 0))
        rows, columns = (
            slice(max(0, int(span[0]) - _MARGIN), min(side, int(span[-1]) + 1 + _MARGIN))
            for span, side in zip(spans, self.unknown.shape, strict=True)
        )
        return rows, columns


def _busyness(colours: Floats, lanes: Lanes) -> Floats:
    """(height, width): how much colours change around each pixel."""
    busy = np.empty(colours.shape[:2], np.float32)

    def work(rows: slice) -> None:
        band = colours[max(0, rows.start - 1) : rows.stop]
        down = np.diff(band, axis=0, prepend=band[:1])[-(rows.stop - rows.start) :]
        own = colours[rows]
        across = np.diff(own, axis=1, prepend=own[:, :1])
        busy[rows] = np.abs(down).sum(axis=2) + np.abs(across).sum(axis=2)

    lanes.bands(work, *colours.shape[:2])
    return busy


def _rolled(values: Floats, shift: tuple[int, int], lanes: Lanes) -> Floats:
    """(height, width, channels) moved around by so many rows and columns."""
    result = np.empty_like(values)
    sources = np.roll(np.arange(len(values)), shift[0])

    def work(rows: slice) -> None:
        result[rows] = np.roll(values[sources[rows]], shift[1], axis=1)

    lanes.bands(work, *values.shape[:2])
    return result


class TileEngine:
    """See :mod:`..patchmatch.synthesis` for the method and its sources."""

    spec: EngineSpec = TILE

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        yield from glimpse(self, task, context)
        with Lanes(context.threads, context.cancel) as lanes:
            lanes.check()
            yield from _Tiling(task, context, lanes).run()


def _excluded(task: EngineTask) -> BoolMask | None:
    exclude = task.masks.get(Role.EXCLUDE)
    return None if exclude is None else exclude > 0.0


class _Tiling:
    def __init__(self, task: EngineTask, context: EngineContext, lanes: Lanes) -> None:
        self.task, self.context, self.lanes = task, context, lanes
        direction = text(task, TILE, "direction")
        self.rows, self.columns = direction in ("both", "y"), direction in ("both", "x")
        sheet = sheet_with_alpha(task, _excluded(task), lanes)
        # No more of the sheet: 12 megapixels of colours are 150 MB, and these change.
        self.colours, self.usable = sheet.colours, sheet.usable
        light = number(task, TILE, "even_light")
        if light > 0.0 and (self.rows or self.columns):
            self.colours = evened(self.colours, task.image.shape[2] - 1, light, lanes)
        self.band = self._bands()

    def _bands(self) -> tuple[int, int]:
        """Half the width of the strips made anew along upper and lower, left and right borders."""
        height, width = self.colours.shape[:2]
        halves = [
            round(0.5 * _SHARE * side) if wanted and side >= _LEAST_SIDE else 0
            for side, wanted in ((height, self.rows), (width, self.columns))
        ]
        return halves[0], halves[1]

    def run(self) -> Iterator[EngineEvent]:
        done = 0.0
        for each in self._passes():
            for stage in self._made(each):
                if stage.fraction == 1.0:
                    self._put(self.colours, each, stage, _as_it_is)
                elif stage.level_done and self.context.wants_preview():
                    yield EnginePreview(self._shown(each, stage))
                # After the preview: whoever looks at this no longer holds that.
                yield EngineProgress(Phase.STEPPING, min(1.0, done + each.share * stage.fraction))
                del stage
            done += each.share
        image = self._image()
        yield EngineResult(
            image,
            {
                "wrap_seam": self._seam(image),
                "wrap_seam_before": self._seam(self.task.image),
            },
        )

    def _seam(self, image: FloatImage) -> float:
        return wrap_seam(image, rows=self.rows, columns=self.columns)

    def _passes(self) -> list[_Pass]:
        """The ends of a cross lie on the picture's own borders, where nothing would make them meet:
        they are left out at first, and made when the picture is rolled so that they are inside."""
        height, width = self.colours.shape[:2]
        down, across = self.band
        middle = (height // 2, width // 2)
        if not down and not across:
            return []
        shift = (middle[0] if down else 0, middle[1] if across else 0)
        busy = _busyness(_rolled(self.colours, shift, self.lanes), self.lanes)
        lying, upright = self._strip(0, busy), self._strip(1, busy)
        if not down or not across:
            return [_Pass(shift, lying | upright, 1.0)]
        lying[:, :across] = lying[:, -across:] = False
        upright[:down] = upright[-down:] = False
        rest = (1.0 - _MAIN_SHARE) / 2.0
        centre = self._strip(0) & self._strip(1)
        return [
            _Pass(shift, lying | upright, _MAIN_SHARE),
            _Pass((0, middle[1]), centre, rest),
            _Pass((middle[0], 0), centre, rest),
        ]

    def _strip(self, axis: int, busy: Floats | None = None) -> BoolMask:
        """Around the middle, along the other axis; its edges wind between what is ``busy``: a thing
        cut in two is hard to complete."""
        strip = np.zeros(self.colours.shape[:2], np.bool_)
        lines = np.moveaxis(strip, axis, 0)
        half, middle = self.band[axis], len(lines) // 2
        lines[middle - half : middle + half] = True
        if busy is not None and half:
            play = round(_PLAY * half)
            cost = np.moveaxis(busy, axis, 1)
            for edge, beyond in ((middle - half, False), (middle + half, True)):
                window = slice(edge - play, edge + play)
                cut = cheapest_cut(cost[:, window], self.lanes.check)
                lines[window] = (np.arange(2 * play)[:, None] >= cut) != beyond
        return strip

    def _made(self, each: _Pass) -> Iterator[SynthesisStage]:
        """Of the pass's window; the first one is the layout that it starts from."""
        rolled = _rolled(self.colours, each.shift, self.lanes)
        usable, window = self._usable(each), each.window
        lines = [np.arange(part.start, part.stop, dtype=np.int32) for part in window]
        kept = ~each.unknown[window]
        ground = Ground(rolled, usable, lines[0], lines[1], kept)
        moved = laid_out(ground, 2 * max(self.band), 1.0, self.task.seed, self.lanes)
        initial = self.lanes.over(_where_kept, kept, rolled[window], moved)
        del moved, ground
        yield SynthesisStage(0.0, initial, 1, 0.0, True)
        source, usable = roomy(rolled, usable)
        problem = Problem(source, initial, usable=usable, fixed=kept)
        settings = SynthesisSettings(texture=TEXTURE, coarsest=48, screening=0.05)
        stages = synthesise(problem, settings, self.task.seed, self.lanes)
        del problem, initial, source, rolled  # 12 megapixels of each are 150 MB
        yield from stages

    def _usable(self, each: _Pass) -> BoolMask:
        """Not what is made anew, nor what lies across a border that does not fit yet."""
        rolled: BoolMask = np.roll(self.usable, each.shift, axis=(0, 1))
        rolled &= ~each.unknown
        for axis, half in enumerate(self.band):
            if half and each.shift[axis]:
                middle = rolled.shape[axis] // 2
                np.moveaxis(rolled, axis, 0)[middle - 1 : middle + 1] = False
        return rolled

    def _put(
        self, goal: Floats, each: _Pass, stage: SynthesisStage, seen: Callable[[Floats], Floats]
    ) -> None:
        """What was made, as it is ``seen`` there, into a picture that is not rolled."""
        unknown = each.unknown[each.window]
        to_rows, to_columns = (
            (np.arange(part.start, part.stop) - shift) % side
            for part, shift, side in zip(each.window, each.shift, goal.shape[:2], strict=True)
        )
        from_rows, from_columns = nearest(stage, unknown.shape)

        def work(band: slice) -> None:
            ys, xs = np.nonzero(unknown[band])
            made = stage.colours[from_rows[band][ys], from_columns[xs]]
            goal[to_rows[band][ys], to_columns[xs]] = seen(made)

        self.lanes.bands(work, *unknown.shape)

    def _shown(self, each: _Pass, stage: SynthesisStage) -> FloatImage:
        image = self._image()
        self._put(image, each, stage, partial(from_working, channels=image.shape[2]))
        return image

    def _image(self) -> FloatImage:
        if not any(self.band):
            return copied(self.task.image, self.lanes)
        return straight_of(self.colours, self.task.image.shape[2], self.lanes)


def _as_it_is(made: Floats) -> Floats:
    return made


def _where_kept(kept: BoolMask, colours: Floats, made: Floats) -> Floats:
    return np.where(kept[..., None], colours, made)
