"""Fills one hole: search and vote in turn, from the coarsest level to the picture itself."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from .distance import RADIUS
from .field import Level, align, prepare_level, refine, scatter
from .guide import restore_guide, weighed_in_full, with_guide
from .kernels import BoolMask, Floats, Positions
from .lanes import Lanes
from .poisson import poisson_finish
from .pyramid import (
    TEXTURE_CHANNELS,
    Masks,
    assemble,
    halve_features,
    is_slender,
    pyramid_masks,
    soften_texture,
    thickness_of,
    valid_patches,
    value_range,
)
from .relax import smooth_fill
from .search import Field, Sweep, search, stripes
from .stages import Layout, Origins, Settings, Stage
from .unknowns import build_system
from .vote import vote, vote_steps, weigh

_LEAST_SPREAD = 1.5e-5
"""Of the cost that votes are weighed by: one step of 8 bit, squared."""

_COARSE_HOLE_WEIGHT = 5
"""Of 255, in the first search of all: the smooth guess in the hole says little."""

_MANY_UNKNOWNS = 150_000
_TOO_MANY_UNKNOWNS = 600_000


def solve(
    image: Floats,
    masks: Masks,
    seed: int,
    settings: Settings,
    lanes: Lanes,
    layout: Layout | None = None,
) -> Iterator[Stage]:
    """Yields stages; the last one has fraction 1, scale 1 and the result in its hole.

    ``image``: (height, width, colours), finite, any colour space in which squared differences make
    sense. Without a single whole patch to copy the hole is filled smoothly. ``layout`` None: all of
    it is the picture itself.
    """
    if not valid_patches(masks, lanes).any():
        yield _smooth_only(image, masks, settings, lanes)
        return
    whole = Layout(len(image))
    yield from _Solver(image, masks, seed, settings, lanes, layout or whole).run()


def _smooth_only(image: Floats, masks: Masks, settings: Settings, lanes: Lanes) -> Stage:
    colours = image.shape[2]
    features = assemble(image, masks.known, 0.0, lanes)
    _guess_mean(features, masks, colours + TEXTURE_CHANNELS)
    hole = np.pad(masks.hole, RADIUS)
    present = np.pad(masks.hole | masks.known, RADIUS)
    smooth_fill(features, hole, present, colours + TEXTURE_CHANNELS, 1, 2000, lanes)
    return Stage(1.0, _colours_of(features, colours + TEXTURE_CHANNELS, colours), 1, 0.0, True)


class _Solver:
    def __init__(
        self,
        image: Floats,
        masks: Masks,
        seed: int,
        settings: Settings,
        lanes: Lanes,
        layout: Layout,
    ) -> None:
        self.settings, self.lanes, self.seed, self.layout = settings, lanes, seed, layout
        self.colours = image.shape[2]
        self.plain = self.colours + TEXTURE_CHANNELS
        self.channels = self.plain + (masks.guide is not None)
        thickness = thickness_of(masks.hole, lanes)
        self.thin = is_slender(masks.hole, thickness)
        self.masks = pyramid_masks(masks, thickness, self.thin, settings.min_sources, lanes)
        self.features = [assemble(image, masks.known, settings.texture, lanes)]
        for level in self.masks[:-1]:
            finer = self.features[-1]
            self.features.append(halve_features(finer, level.known, self.plain, lanes))
            lanes.check()
        self.tries = (1 if self.thin else settings.tries) + len(layout.frames)
        variance = _variance(image, masks.source)
        self.locality = settings.locality * variance
        self.guide_gain = float(np.sqrt(settings.guidance * variance))
        lanes.check()
        self.least, self.most = value_range(image, masks.source)
        lanes.check()
        self.work_done = 0.0
        self.work = sum(
            self._rounds(index) * level.hole.size for index, level in enumerate(self.masks)
        )

    def run(self) -> Iterator[Stage]:
        coarser: Field | None = None
        for index in reversed(range(len(self.masks))):
            masks, features = self.masks[index], self.features.pop()
            soften_texture(features, masks.known, self.plain, self.lanes)
            if masks.guide is not None:
                features = with_guide(
                    features, self.plain, masks.guide, self.guide_gain, self.lanes
                )
            if coarser is None:
                level, energy = yield from self._start(features, masks, index)
            else:
                level = self._prepared(features, masks)
                scatter(level.field, self._generator(index, 0))
                refine(level.field, coarser, self.lanes)
                level.field.cost[:] = 0.0
                self._vote(level, 1.0)
                energy = yield from self._alternate(level, index, 0)
            coarser = level.field
            if index == 0:
                self._finish(level)
                done = _colours_of(level.field.features, self.channels, self.colours)
                traced = self.settings.trace
                origins = _origins_of(level.field, done, self.channels) if traced else None
                yield Stage(1.0, done, 1, energy, True, origins)
            else:
                yield self._stage(level, index, energy, done=True)

    def _prepared(self, features: Floats, masks: Masks) -> Level:
        level = prepare_level(features, masks, self.lanes)
        return level if masks.guide is None else weighed_in_full(level, self.channels)

    def _start(
        self, features: Floats, masks: Masks, index: int
    ) -> Generator[Stage, None, tuple[Level, float]]:
        """The coarsest level: several tries, the one that ends with the least energy is kept."""
        level = self._prepared(features, masks)
        _guess_mean(features, masks, self.channels)
        # A thin hole starts from a biharmonic fill, which is already strong there; for a thick one
        # it overshoots, and the harmonic one is better (patch distance 8.8 against 11.9).
        order, limit = (2, 500) if self.thin else (1, 400)
        smooth_fill(features, level.hole, level.present, self.channels, order, limit, self.lanes)
        restore_guide(level, self.channels)
        best, least = level, float("inf")
        for attempt in range(self.tries):
            trial = _copied(level)
            scatter(trial.field, self._generator(index, attempt))
            frame = self.tries - 1 - attempt
            if frame < len(self.layout.frames):
                align(trial.field, self.layout.frames[frame] >> index)
            if not self.thin:
                self._first_search(trial, index, attempt)
            energy = yield from self._alternate(trial, index, attempt)
            if energy < least:
                best, least = trial, energy
        return best, least

    def _first_search(self, level: Level, index: int, attempt: int) -> None:
        """Finds what continues the surroundings, with little regard for the guess in the hole."""
        weight = level.field.weight.copy()
        planes = weight.reshape(*level.hole.shape, self.channels)[..., : self.plain]
        planes[level.hole] = np.minimum(planes[level.hole], _COARSE_HOLE_WEIGHT)
        field = level.field._replace(weight=weight)
        pieces = stripes(field.target)
        for number in range(3 * self.settings.sweeps):
            search(field, self._sweep(level, index, attempt, 0, number), pieces, self.lanes)
        self._vote(level, self._spread(level, self.settings.wide_spread))

    def _alternate(self, level: Level, index: int, attempt: int) -> Generator[Stage, None, float]:
        """Search and vote in turn; returns the energy, the mean cost, of the last search."""
        rounds = self._rounds(index)
        pieces = stripes(level.field.target)
        energy = 0.0
        for turn in range(1, rounds + 1):
            for number in range(self.settings.sweeps):
                sweep = self._sweep(level, index, attempt, turn, number)
                search(level.field, sweep, pieces, self.lanes)
            energy = float(level.field.cost[level.field.target].mean())
            late = not self.thin and (turn == rounds or turn > rounds // 2 + 1)
            wish = self.settings.narrow_spread if late else self.settings.wide_spread
            self._vote(level, self._spread(level, wish))
            self.work_done += level.hole.size / (self.tries if self._is_coarsest(index) else 1)
            yield self._stage(level, index, energy, done=False)
        return energy

    def _sweep(self, level: Level, index: int, attempt: int, turn: int, number: int) -> Sweep:
        coarsest = self._is_coarsest(index)
        if self.thin:
            radius = self.settings.thin_radius
        elif coarsest:
            radius = max(level.hole.shape)
        else:
            radius = self.settings.radius if index else self.settings.fine_radius
        tries = 1
        if not self.thin and (coarsest or index == 0):
            tries = 2 if coarsest else 0
        seed = (((self.seed * 31 + index) * 31 + attempt) * 331 + turn) * 31 + number
        return Sweep(
            self.channels,
            (turn + number) % 2 == 1,
            radius,
            tries,
            np.float32(self.locality * 2**index),
            seed & 0x7FFFFFFF,
            RADIUS + -(-self.layout.home >> index),
        )

    def _spread(self, level: Level, wish: float) -> float:
        costs = level.field.cost[level.field.target]
        costs = costs[:: 1 + len(costs) // 100_000]
        return wish * max(float(np.percentile(costs, 75)), _LEAST_SPREAD)

    def _vote(self, level: Level, spread: float) -> None:
        weight = weigh(level.field, level.confidence, spread, self.lanes)
        vote(level.field, level.hole, weight, self.channels, RADIUS, self.lanes)
        restore_guide(level, self.channels)

    def _finish(self, level: Level) -> None:
        """The last vote, and tones that fit the surroundings."""
        field = level.field
        weight = weigh(field, level.confidence, self._spread(level, 1.0), self.lanes)
        reach = self.settings.thin_reach if self.thin else self.settings.final_reach
        vote(field, level.hole, weight, self.channels, reach, self.lanes)
        if self.settings.screening is None:
            return
        system = build_system(level.hole, level.present, 1, self.lanes)
        steps = vote_steps(
            field, weight, self.channels, self.colours, reach, system.places, self.lanes
        )
        limit = 50 if len(system.places) > _TOO_MANY_UNKNOWNS else 100
        poisson_finish(
            field.features, system, level.present, self.channels, steps,
            self.settings.screening, limit, self.lanes,
            self.settings.thin_tolerance if self.thin else 1.0,
        )  # fmt: skip
        self._keep_in_range(field.features, system.places)

    def _keep_in_range(self, features: Floats, places: Positions) -> None:
        """Where the surroundings clash the finish overshoots: no value goes beyond what is there
        to be copied."""
        pixels = features.reshape(-1, self.channels)[:, : self.colours]
        pixels[places] = np.clip(pixels[places], self.least, self.most)

    def _stage(self, level: Level, index: int, energy: float, *, done: bool) -> Stage:
        colours = _colours_of(level.field.features, self.channels, self.colours)
        fraction = min(0.99, self.work_done / self.work)
        return Stage(fraction, colours, 2**index, energy, done)

    def _is_coarsest(self, index: int) -> bool:
        return index == len(self.masks) - 1

    def _rounds(self, index: int) -> int:
        if self.thin:
            return self.settings.thin_rounds
        if self._is_coarsest(index):
            return self.settings.coarse_rounds
        unknowns = np.count_nonzero(self.masks[index].hole)
        if index == 0:
            return 1 if unknowns > _TOO_MANY_UNKNOWNS else self.settings.fine_rounds
        rounds = self.settings.rounds
        if index == len(self.masks) - 2:
            rounds = self.settings.second_rounds
        return min(rounds, 2) if unknowns > _MANY_UNKNOWNS else rounds

    def _generator(self, index: int, attempt: int) -> np.random.Generator:
        return np.random.default_rng([self.seed & 0xFFFFFFFFFFFF, index, attempt])


def _copied(level: Level) -> Level:
    """Its own features and field; masks and weights are shared."""
    field = level.field
    own = field._replace(
        features=field.features.copy(),
        row=field.row.copy(),
        column=field.column.copy(),
        cost=field.cost.copy(),
    )
    return replace(level, field=own)


def _colours_of(features: Floats, channels: int, colours: int) -> Floats:
    planes = features.reshape(len(features), -1, channels)
    return planes[RADIUS:-RADIUS, RADIUS:-RADIUS, :colours]


def _origins_of(field: Field, done: Floats, channels: int) -> Origins:
    inner = slice(RADIUS, -RADIUS)
    row, column = field.row[inner, inner], field.column[inner, inner]
    ys, xs = np.nonzero(field.target[inner, inner])
    pixels = field.features.reshape(len(field.features), -1, channels)
    tone = np.zeros(done.shape, np.float32)
    copied = pixels[row[ys, xs], column[ys, xs], : done.shape[2]]
    tone[ys, xs] = done[ys, xs] - copied
    return Origins(row - RADIUS, column - RADIUS, tone)


def _guess_mean(features: Floats, masks: Masks, channels: int) -> None:
    inner = features.reshape(len(features), -1, channels)[RADIUS:-RADIUS, RADIUS:-RADIUS]
    inner[masks.hole] = inner[masks.known].mean(axis=0) if masks.known.any() else 0.0


def _variance(image: Floats, source: BoolMask) -> float:
    """Summed over colours, of the pixels that may be copied."""
    places = np.flatnonzero(source)
    samples = image.reshape(-1, image.shape[2])[places[:: 1 + len(places) // 100_000]]
    return float(samples.var(axis=0).sum()) + 1e-4
