"""Fills one hole: search and vote in turn, from the coarsest level to the picture itself."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from .distance import RADIUS
from .field import Level, prepare_level, refine, scatter
from .kernels import BoolMask, Floats, Positions
from .lanes import Lanes
from .pyramid import (
    TEXTURE_CHANNELS,
    Masks,
    assemble,
    halve_features,
    pyramid_masks,
    soften_texture,
    valid_patches,
)
from .relax import build_system, poisson_finish, smooth_fill
from .search import Field, Sweep, search, stripes
from .vote import vote, vote_steps, weigh


@dataclass(frozen=True)
class Settings:
    """``locality``: cost per pixel of offset in units of the picture's variance. ``texture``: gain
    of the texture channels. ``screening``: how firmly the finish holds to the copied colours
    (0 < screening; None: no finish)."""

    locality: float = 2e-5
    texture: float = 1.5
    screening: float | None = 0.02
    min_sources: int = 800
    tries: int = 3
    coarse_rounds: int = 12
    second_rounds: int = 12
    rounds: int = 4
    fine_rounds: int = 3
    sharp_spread: float = 0.25
    final_spread: float = 0.12
    sweeps: int = 2
    fine_sweeps: int = 2
    thin_rounds: int = 3
    thin_radius: int = 32
    thin_sharp: float = 0.25
    thin_final: float = 0.12
    middle_radius: int = 1000
    fine_radius: int = 1000
    start_order: int = 1
    final_reach: int = 3
    thin_reach: int = 3


@dataclass(frozen=True)
class Stage:
    """How far a fill has come: ``fraction`` in 0..1, and what the hole looks like, at 1/``scale``
    of the size; ``colours`` is a view that the next step changes."""

    fraction: float
    colours: Floats
    scale: int
    energy: float
    level_done: bool


def solve(
    image: Floats, masks: Masks, seed: int, settings: Settings, lanes: Lanes
) -> Iterator[Stage]:
    """Yields stages; the last one has fraction 1, scale 1 and the result in its hole.

    ``image``: (height, width, colours), finite, any colour space in which squared differences make
    sense. Without a single whole patch to copy the hole is filled smoothly.
    """
    if not valid_patches(masks, lanes).any():
        yield _smooth_only(image, masks, settings, lanes)
        return
    yield from _Solver(image, masks, seed, settings, lanes).run()


def _smooth_only(image: Floats, masks: Masks, settings: Settings, lanes: Lanes) -> Stage:
    colours = image.shape[2]
    features = assemble(image, masks.known, 0.0, lanes)
    _guess_mean(features, masks, colours + TEXTURE_CHANNELS)
    hole = np.pad(masks.hole, RADIUS)
    present = np.pad(masks.hole | masks.known, RADIUS)
    smooth_fill(features, hole, present, colours + TEXTURE_CHANNELS, 1, 2000, lanes)
    return Stage(1.0, _colours_of(features, colours), 1, 0.0, True)


class _Solver:
    def __init__(
        self, image: Floats, masks: Masks, seed: int, settings: Settings, lanes: Lanes
    ) -> None:
        self.settings, self.lanes, self.seed = settings, lanes, seed
        self.colours = image.shape[2]
        self.channels = self.colours + TEXTURE_CHANNELS
        self.masks = pyramid_masks(masks, settings.min_sources, lanes)
        self.features = [assemble(image, masks.known, settings.texture, lanes)]
        for level in self.masks[:-1]:
            finer = self.features[-1]
            self.features.append(halve_features(finer, level.known, self.channels, lanes))
        self.thin = len(self.masks) == 1
        self.tries = 1 if self.thin else settings.tries
        self.locality = settings.locality * _variance(image, masks.source)
        self.least, self.most = _range(image, masks.source)
        self.work_done = 0.0
        self.work = sum(
            self._rounds(index) * level.hole.size for index, level in enumerate(self.masks)
        )

    def run(self) -> Iterator[Stage]:
        coarser: Field | None = None
        for index in reversed(range(len(self.masks))):
            masks, features = self.masks[index], self.features.pop()
            soften_texture(features, masks.known, self.channels, self.lanes)
            if coarser is None:
                level, energy = yield from self._start(features, masks, index)
            else:
                level = prepare_level(features, masks, self.lanes)
                scatter(level.field, self._generator(index, 0))
                refine(level.field, coarser, self.lanes)
                level.field.cost[:] = 0.0
                self._vote(level, 1.0)
                energy = yield from self._alternate(level, index, 0, coarsest=False)
            coarser = level.field
            if index == 0:
                self._finish(level)
                done = _colours_of(level.field.features, self.colours)
                yield Stage(1.0, done, 1, energy, True)
            else:
                yield self._stage(level, index, energy, done=True)

    def _start(
        self, features: Floats, masks: Masks, index: int
    ) -> Generator[Stage, None, tuple[Level, float]]:
        """The coarsest level: several tries, the one that ends with the least energy is kept."""
        _guess_mean(features, masks, self.channels)
        level = prepare_level(features, masks, self.lanes)
        # A thin hole starts from a biharmonic fill, which is already strong there.
        order, limit = (2, 500) if self.thin else (self.settings.start_order, 400)
        smooth_fill(features, level.hole, level.present, self.channels, order, limit, self.lanes)
        best, least = level, float("inf")
        for attempt in range(self.tries):
            trial = _copied(level)
            scatter(trial.field, self._generator(index, attempt))
            energy = yield from self._alternate(trial, index, attempt, coarsest=True)
            if energy < least:
                best, least = trial, energy
        return best, least

    def _alternate(
        self, level: Level, index: int, attempt: int, *, coarsest: bool
    ) -> Generator[Stage, None, float]:
        rounds = self._rounds(index)
        pieces = stripes(level.field.target)
        sharp = self.settings.thin_sharp if self.thin else self.settings.sharp_spread
        energy = 0.0
        for turn in range(rounds):
            radius = self._radius(level, index, coarsest)
            field = level.field
            sweeps = self.settings.sweeps if index else self.settings.fine_sweeps
            if coarsest and turn == 0 and not self.thin:
                sweeps *= 3
                weight = np.where(level.hole, np.uint8(5), np.uint8(255)).repeat(self.channels, 1)
                weight = np.minimum(weight, field.weight)
                field = field._replace(weight=weight)
            for number in range(sweeps):
                sweep = Sweep(
                    self.channels,
                    (turn + number) % 2 == 1,
                    radius,
                    2 if coarsest else 1,
                    np.float32(self.locality * 2**index),
                    self._sweep_seed(index, attempt, turn, number),
                )
                search(field, sweep, pieces, self.lanes)
            costs = field.cost[field.target]
            energy = float(costs.mean())
            spread = max(float(np.percentile(costs, 75)), 1.5e-5)
            self._vote(
                level,
                spread * (sharp if turn > rounds // 2 or turn == rounds - 1 else 1.0),
            )
            self.work_done += level.hole.size / (self.tries if coarsest else 1)
            yield self._stage(level, index, energy, done=False)
        return energy

    def _vote(self, level: Level, spread: float) -> None:
        weight = weigh(level.field, level.confidence, spread, self.lanes)
        vote(level.field, level.hole, weight, self.channels, RADIUS, self.lanes)

    def _finish(self, level: Level) -> None:
        field = level.field
        spread = max(float(np.median(field.cost[field.target])), 1.5e-5)
        weight = weigh(
            field,
            level.confidence,
            spread * (self.settings.thin_final if self.thin else self.settings.final_spread),
            self.lanes,
        )
        reach = self.settings.thin_reach if self.thin else self.settings.final_reach
        vote(field, level.hole, weight, self.channels, reach, self.lanes)
        if self.settings.screening is None:
            return
        system = build_system(level.hole, level.present, 1, self.lanes)
        steps = vote_steps(
            field, weight, self.channels, self.colours, reach, system.places, self.lanes
        )
        poisson_finish(
            field.features, system, level.present, self.channels, steps,
            self.settings.screening, 80, self.lanes,
        )  # fmt: skip
        self._keep_in_range(field.features, system.places)

    def _keep_in_range(self, features: Floats, places: Positions) -> None:
        """Where the surroundings clash the finish overshoots: no value goes beyond what is there
        to be copied."""
        pixels = features.reshape(-1, self.channels)[:, : self.colours]
        pixels[places] = np.clip(pixels[places], self.least, self.most)

    def _stage(self, level: Level, index: int, energy: float, *, done: bool) -> Stage:
        colours = _colours_of(level.field.features, self.colours)
        fraction = min(0.99, self.work_done / self.work)
        return Stage(fraction, colours, 2**index, energy, done)

    def _radius(self, level: Level, index: int, coarsest: bool) -> int:
        if self.thin:
            return self.settings.thin_radius
        if coarsest:
            return max(level.hole.shape)
        most = self.settings.middle_radius if index else self.settings.fine_radius
        return min(most, max(8, min(level.hole.shape) // 8))

    def _rounds(self, index: int) -> int:
        last = len(self.masks) - 1
        if self.thin:
            return self.settings.thin_rounds
        if index == last:
            return self.settings.coarse_rounds
        if index == 0:
            return self.settings.fine_rounds
        return self.settings.second_rounds if index == last - 1 else self.settings.rounds

    def _generator(self, index: int, attempt: int) -> np.random.Generator:
        return np.random.default_rng([self.seed & 0xFFFFFFFFFFFF, index, attempt])

    def _sweep_seed(self, index: int, attempt: int, turn: int, number: int) -> int:
        mixed = (((self.seed * 31 + index) * 31 + attempt) * 331 + turn) * 31 + number
        return mixed & 0x7FFFFFFF


def _copied(level: Level) -> Level:
    """Its own features and field; masks and weights are shared."""
    field = level.field
    own = field._replace(
        features=field.features.copy(),
        row=field.row.copy(),
        column=field.column.copy(),
        cost=field.cost.copy(),
    )
    return Level(own, level.hole, level.present, level.confidence)


def _colours_of(features: Floats, colours: int) -> Floats:
    channels = colours + TEXTURE_CHANNELS
    planes = features.reshape(len(features), -1, channels)
    return planes[RADIUS:-RADIUS, RADIUS:-RADIUS, :colours]


def _guess_mean(features: Floats, masks: Masks, channels: int) -> None:
    inner = features.reshape(len(features), -1, channels)[RADIUS:-RADIUS, RADIUS:-RADIUS]
    inner[masks.hole] = inner[masks.known].mean(axis=0) if masks.known.any() else 0.0


def _variance(image: Floats, source: BoolMask) -> float:
    """Summed over colours, of the pixels that may be copied."""
    samples = image[source]
    samples = samples[:: 1 + len(samples) // 100_000]
    return float(samples.var(axis=0).sum()) + 1e-4


def _range(image: Floats, source: BoolMask) -> tuple[Floats, Floats]:
    """The least and the most of each colour among the pixels that may be copied."""
    samples = image[source]
    return samples.min(axis=0), samples.max(axis=0)
