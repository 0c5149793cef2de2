"""One network over a picture that comes in strips: tiles with as much of their surroundings as a
result depends on, so that none can tell where another begins."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from velatura_protocol.errors import Cancelled
from velatura_protocol.events import Phase

from ...base import FloatImage
from .lattice import REACH as LATTICE_REACH
from .lattice import without_lattice
from .models import Model, Planes
from .planes import SPREAD, in_range, join, part, repeated, within_neighbours
from .projection import project, reach_of
from .rows import Rows, Span, split
from .workers import NetworkWorkers

TILE = 256
_STRIPS_AHEAD = 2
_LATTICE = 0.08 * 50.0 / 255.0
"""For the highest level of noise, a twelfth of its deviation. Costs 0.05 dB of light noise."""


@dataclass(frozen=True)
class Stage:
    """``passes`` of back-projection after the network; ``levels`` are what it is told; ``tile`` the
    longest side of what one run yields, in pixels of its input. ``opaque``: no alpha anywhere is
    less than 1."""

    model: Model
    passes: int = 0
    levels: tuple[float, ...] = ()
    tile: int = TILE
    opaque: bool = False

    @property
    def margin(self) -> int:
        """A multiple of the model's fold."""
        spread = 0 if self.opaque else SPREAD
        lattice = LATTICE_REACH if self.model.fold > 1 else 0
        margin = self.model.margin + reach_of(self.passes) + spread + lattice
        return -(-margin // self.model.fold) * self.model.fold

    def tile_planes(
        self, window: FloatImage, inside: tuple[int, ...], options: onnxruntime.RunOptions
    ) -> FloatImage:
        """A window with its margin, put through the network; the result has it still. ``inside``
        tells which of its rows and columns lie in the picture."""
        parted = part(window)
        scale = self.model.scale
        planes = self._answer(parted.colours, options)
        if self.passes:
            check = partial(_stop_if_told, options)
            project(planes, parted.colours, scale, self.passes, inside, check=check)
        planes = in_range(planes, parted.colours)
        alpha = parted.alpha
        if alpha is not None:
            alpha = self._alpha(alpha, inside, options)
        result = join(planes, alpha, window.shape[2])
        kept = ~np.isfinite(window)
        if scale == 1 and alpha is not None:
            kept |= (alpha == 0.0)[..., None]
        if kept.any():  # what is no number stays where it was
            result[repeated(kept, scale)] = repeated(window, scale)[repeated(kept, scale)]
        return result

    def _answer(self, colours: Planes, options: onnxruntime.RunOptions) -> Planes:
        planes = self.model.run(colours, options, self.levels)
        if self.model.fold == 1:
            return planes
        return without_lattice(planes, _LATTICE * self.levels[0])

    def _alpha(
        self,
        alpha: NDArray[np.float32],
        inside: tuple[int, ...],
        options: onnxruntime.RunOptions,
    ) -> NDArray[np.float32]:
        if self.model.scale == 1:
            return alpha
        grey = np.repeat(alpha[None], 3, axis=0)
        large: Planes = self.model.run(grey, options).mean(axis=0, keepdims=True)
        if self.passes:
            project(large, alpha[None], self.model.scale, self.passes, inside)
        return within_neighbours(large[0], alpha)


def _stop_if_told(options: onnxruntime.RunOptions) -> None:
    """:raises Cancelled: as onnxruntime would stop in the middle of a run"""
    if options.terminate:
        raise Cancelled(phase=Phase.STEPPING.value)


@dataclass(frozen=True)
class Picture:
    """Strips of (rows, width, channels), from top to bottom."""

    strips: Iterator[FloatImage]
    height: int
    width: int
    channels: int


def through(picture: Picture, stage: Stage, workers: NetworkWorkers) -> Picture:
    """The picture through the stage, ``scale`` times as large. Nothing runs before strips are
    asked for, and only a few strips are held."""
    scale = stage.model.scale
    strips = _strips(picture, stage, workers)
    return Picture(strips, picture.height * scale, picture.width * scale, picture.channels)


def _strips(picture: Picture, stage: Stage, workers: NetworkWorkers) -> Iterator[FloatImage]:
    rows = Rows(picture.strips, picture.height)
    running: deque[tuple[FloatImage, list[Future[None]]]] = deque()
    for top, bottom in split(picture.height, stage.tile, stage.model.fold):
        running.append(_begin(picture, rows, (top, bottom), stage, workers))
        if len(running) == _STRIPS_AHEAD:
            yield _finished(running, workers)
    while running:
        yield _finished(running, workers)


def _finished(
    running: deque[tuple[FloatImage, list[Future[None]]]], workers: NetworkWorkers
) -> FloatImage:
    strip, pending = running.popleft()
    workers.finish(pending)
    return strip


def _begin(
    picture: Picture,
    rows: Rows,
    span: tuple[int, int],
    stage: Stage,
    workers: NetworkWorkers,
) -> tuple[FloatImage, list[Future[None]]]:
    """The strip that is to be, and the work that fills it."""
    workers.check()
    scale = stage.model.scale
    down = _with_margin(span, picture.height, stage)
    window = rows.window(down.start, down.stop)
    shape = ((span[1] - span[0]) * scale, picture.width * scale, picture.channels)
    strip = np.empty(shape, np.float32)
    jobs = []
    for columns in split(picture.width, stage.tile, stage.model.fold):
        across = _with_margin(columns, picture.width, stage)
        tile = strip[:, columns[0] * scale : columns[1] * scale]
        jobs.append(partial(_fill, stage, window, down, across, tile))
    return strip, workers.submit(jobs)


def _with_margin(span: tuple[int, int], length: int, stage: Stage) -> Span:
    fold = stage.model.fold
    stop = -(-span[1] // fold) * fold
    return Span(span[0] - stage.margin, stop + stage.margin, length)


def _fill(
    stage: Stage,
    window: FloatImage,
    down: Span,
    across: Span,
    tile: FloatImage,
    options: onnxruntime.RunOptions,
) -> None:
    inside = (*_inside(down), *_inside(across))
    large = stage.tile_planes(window[:, across.mirrored()], inside, options)
    edge = stage.margin * stage.model.scale
    tile[:] = large[edge : edge + tile.shape[0], edge : edge + tile.shape[1]]


def _inside(span: Span) -> tuple[int, int]:
    return max(0, -span.start), min(span.stop, span.length) - span.start
