"""Fills one hole: search and vote in turn, from the coarsest level to the picture itself."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from .candidates import Candidate, Contest, copied
from .distance import RADIUS, SIDE
from .field import Level, align, prepare_level, refine, scatter
from .finish import TOO_MANY_UNKNOWNS, finish
from .guide import restore_guide, weighed_in_full, with_guide
from .kernels import Floats
from .lanes import Lanes
from .offsets import Steps, repeating_steps, start_in_step
from .outcome import colours_of, guess_mean, origins_of, variance_of
from .prices import priced
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
from .search import Sweep, search, stripes
from .stages import Layout, Settings, Stage
from .vote import vote, weigh

_LEAST_SPREAD = 1.5e-5
"""Of the cost that votes are weighed by: one step of 8 bit, squared."""

_COARSE_HOLE_WEIGHT = 5
"""Of 255, in the first search of all: the smooth guess in the hole says little."""

_SMALL = 1 << 17
"""Pixels of a level on which steps are looked for."""

_MANY_UNKNOWNS = 150_000

_SURE = 1.1 * 255 * SIDE**2
"""The weight of a patch, from which it counts no more how rough a source is: more than any has, so
even where a patch is known it counts a little. Where it always counts in full, borders join worse
(seam 0.167 after 0.147 on tuning pictures)."""

_EARLY = 3
"""Rounds of the very first fill: a tenth of the coarsest level's work, and its layout is there."""


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
        yield _smooth_only(image, masks, lanes)
        return
    whole = Layout(len(image))
    yield from _Solver(image, masks, seed, settings, lanes, layout or whole).run()


def _smooth_only(image: Floats, masks: Masks, lanes: Lanes) -> Stage:
    colours = image.shape[2]
    features = assemble(image, masks.known, 0.0, lanes)
    guess_mean(features, masks, colours + TEXTURE_CHANNELS)
    hole = np.pad(masks.hole, RADIUS)
    present = np.pad(masks.hole | masks.known, RADIUS)
    smooth_fill(features, hole, present, colours + TEXTURE_CHANNELS, 1, 2000, lanes)
    return Stage(1.0, colours_of(features, colours + TEXTURE_CHANNELS, colours), 1, 0.0, True)


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
        variance = variance_of(image, masks.source)
        self.locality = settings.locality * variance
        self.guide_gain = float(np.sqrt(settings.guidance * variance))
        lanes.check()
        self.range = value_range(image, masks.source)
        lanes.check()
        self.contest = Contest(self.channels, self.colours, settings.dearest, settings.close)
        self.work_done = 0.0
        self.work = sum(
            self._rounds(index) * level.hole.size for index, level in enumerate(self.masks)
        )

    def run(self) -> Iterator[Stage]:
        kept: list[Candidate] = []
        for index in reversed(range(len(self.masks))):
            masks, features = self.masks[index], self.features.pop()
            soften_texture(features, masks.known, self.plain, self.lanes)
            if masks.guide is not None:
                features = with_guide(
                    features, self.plain, masks.guide, self.guide_gain, self.lanes
                )
            level = self._prepared(features, masks, index)
            tries = self._tries(index)
            steps = self._steps(level, index)
            shares = len(kept) + tries + (steps is not None)
            candidates: list[Candidate] = []
            for coarser in kept:
                own = level if shares == 1 else copied(level)
                candidates.append((yield from self._refined(own, coarser, index, shares)))
            if tries:
                own = level if steps is None else copied(level)
                candidates.append((yield from self._started(own, masks, index, shares)))
            if steps is not None:
                candidates.append((yield from self._in_step(level, steps, index, shares)))
            kept = self._chosen(candidates, index)
            best = kept[0]
            if index == 0:
                yield self._finished(best)
            else:
                yield self._stage(best.level, index, best.energy, done=True)

    def _finished(self, best: Candidate) -> Stage:
        field = best.level.field
        finish(
            best.level, self.channels, self.colours, self._spread(best.level, 1.0), self.thin,
            self.settings, self.range, self.lanes,
        )  # fmt: skip
        done = colours_of(field.features, self.channels, self.colours)
        origins = origins_of(field, done, self.channels) if self.settings.trace else None
        return Stage(1.0, done, 1, best.energy, True, origins)

    def _tries(self, index: int) -> int:
        """How many fills start anew on a level: on the coarsest, and on the next if that is cheap:
        which of the two sees what the hole needs depends on the picture."""
        if self._is_coarsest(index):
            return (1 if self.thin else self.settings.tries) + len(self.layout.frames)
        second = index == len(self.masks) - 2 and index > 0 and not self.thin
        cheap = second and self._unknowns(index) <= self.settings.second_limit
        return self.settings.second_tries if cheap else 0

    def _unknowns(self, index: int) -> int:
        return int(np.count_nonzero(self.masks[index].hole))

    def _chosen(self, candidates: list[Candidate], index: int) -> list[Candidate]:
        """The best one, and while the next level is cheap the runner-up if it is close. Where it is
        not, every other seed goes on with the runner-up: so variations differ."""
        ranked = self.contest.ranked(candidates, self.lanes)
        if index > 1 and self._unknowns(index - 1) <= self.settings.close_limit:
            return ranked
        return [ranked[self.seed % len(ranked)]]

    def _steps(self, level: Level, index: int) -> Steps | None:
        """Of a picture that repeats itself: looked for on one level, the finest that is small but
        for the picture itself."""
        is_small = self.masks[index].hole.size <= _SMALL
        is_first = index == 1 or self.masks[index - 1].hole.size > _SMALL
        has_others = self.layout.home < len(self.masks[0].hole)
        if self.thin or has_others or index == 0 or not (is_small and is_first):
            return None
        return repeating_steps(level, self.channels, self.colours, self.lanes)

    def _in_step(
        self, level: Level, steps: Steps, index: int, shares: int
    ) -> Generator[Stage, None, Candidate]:
        scatter(level.field, self._generator(index, 1), self.lanes)
        start_in_step(level, steps)
        level.field.cost[:] = 0.0
        self._vote(level, 1.0)
        energy = yield from self._alternate(level, index, 1, shares)
        return Candidate(level, energy)

    def _refined(
        self, level: Level, coarser: Candidate, index: int, shares: int
    ) -> Generator[Stage, None, Candidate]:
        scatter(level.field, self._generator(index, 0), self.lanes)
        refine(level.field, coarser.level.field, self.lanes)
        level.field.cost[:] = 0.0
        self._vote(level, 1.0)
        energy = yield from self._alternate(level, index, 0, shares)
        return Candidate(level, energy)

    def _prepared(self, features: Floats, masks: Masks, index: int) -> Level:
        level = prepare_level(features, masks, self.lanes)
        if self._has_prices(index):
            level = priced(level, self.channels, self.colours, self.lanes)
        return level if masks.guide is None else weighed_in_full(level, self.channels)

    def _started(
        self, level: Level, masks: Masks, index: int, shares: int
    ) -> Generator[Stage, None, Candidate]:
        """Fills from several different starts; the one that ends with the least energy."""
        features = level.field.features
        guess_mean(features, masks, self.channels)
        # A thin hole starts from a biharmonic fill, which is already strong there; for a thick one
        # it overshoots, and the harmonic one is better (patch distance 8.8 against 11.9).
        order, limit = (2, 500) if self.thin else (1, 400)
        smooth_fill(features, level.hole, level.present, self.channels, order, limit, self.lanes)
        restore_guide(level, self.channels)
        candidates: list[Candidate] = []
        tries = self._tries(index)
        for attempt in range(tries):
            trial = copied(level)
            scatter(trial.field, self._generator(index, attempt), self.lanes)
            frame = tries - 1 - attempt
            if self._is_coarsest(index) and frame < len(self.layout.frames):
                align(trial.field, self.layout.frames[frame] >> index)
            if not self.thin:
                self._first_search(trial, index, attempt)
            energy = yield from self._alternate(trial, index, attempt, shares, fresh=True)
            candidates.append(Candidate(trial, energy))
        return min(candidates, key=lambda each: each.energy)

    def _first_search(self, level: Level, index: int, attempt: int) -> None:
        """Finds what continues the surroundings, with little regard for the guess in the hole."""
        weight = level.field.weight.copy()
        planes = weight.reshape(*level.hole.shape, self.channels)[..., : self.plain]
        planes[level.hole] = np.minimum(planes[level.hole], _COARSE_HOLE_WEIGHT)
        field = level.field._replace(weight=weight)
        pieces = stripes(field.target)
        for number in range(3 * self.settings.sweeps):
            search(field, self._sweep(level, index, attempt, 0, number, True), pieces, self.lanes)
        self._vote(level, self._spread(level, self.settings.wide_spread))

    def _alternate(
        self, level: Level, index: int, attempt: int, shares: int, *, fresh: bool = False
    ) -> Generator[Stage, None, float]:
        """Search and vote in turn; returns the energy, the mean cost, of the last search."""
        planned = self._rounds(index)
        rounds = self.settings.coarse_rounds if fresh and not self.thin else planned
        pieces = stripes(level.field.target)
        energy = 0.0
        for turn in range(1, rounds + 1):
            for number in range(self.settings.sweeps):
                sweep = self._sweep(level, index, attempt, turn, number, fresh)
                search(level.field, sweep, pieces, self.lanes)
            energy = float(level.field.cost[level.field.target].mean())
            late = not self.thin and (turn == rounds or turn > rounds // 2 + 1)
            wish = self.settings.narrow_spread if late else self.settings.wide_spread
            self._vote(level, self._spread(level, wish))
            self.work_done += level.hole.size * planned / (rounds * shares)
            early = fresh and turn == _EARLY and attempt == 0 and self._is_coarsest(index)
            yield replace(self._stage(level, index, energy, done=False), early=early)
        return energy

    def _sweep(
        self, level: Level, index: int, attempt: int, turn: int, number: int, fresh: bool
    ) -> Sweep:
        if self.thin:
            radius = self.settings.thin_radius
        elif fresh:
            radius = max(level.hole.shape)
        else:
            radius = self.settings.radius if index else self.settings.fine_radius
        tries = 1
        if not self.thin and (fresh or index == 0):
            tries = 2 if fresh else 0
        seed = (((self.seed * 31 + index) * 31 + attempt) * 331 + turn) * 31 + number
        return Sweep(
            self.channels,
            (turn + number) % 2 == 1,
            radius,
            tries,
            np.float32(self.locality * 2**index),
            seed & 0x7FFFFFFF,
            RADIUS + -(-self.layout.home >> index),
            number > 0,
            np.float32(_SURE if turn and self._has_prices(index) else 0.0),
        )

    def _spread(self, level: Level, wish: float) -> float:
        costs = level.field.cost[level.field.target]
        costs = costs[:: 1 + len(costs) // 100_000]
        return wish * max(float(np.percentile(costs, 75)), _LEAST_SPREAD)

    def _vote(self, level: Level, spread: float) -> None:
        weight = weigh(level.field, level.confidence, spread, self.lanes)
        vote(level.field, level.hole, weight, self.channels, RADIUS, self.lanes)
        restore_guide(level, self.channels)

    def _stage(self, level: Level, index: int, energy: float, *, done: bool) -> Stage:
        colours = colours_of(level.field.features, self.channels, self.colours)
        fraction = min(0.99, self.work_done / self.work)
        return Stage(fraction, colours, 2**index, energy, done)

    def _has_prices(self, index: int) -> bool:
        """On the finest level what fits the border best joins it best; it is as rough by then."""
        return self.settings.as_rough and index > 0 and not self.thin

    def _is_coarsest(self, index: int) -> bool:
        return index == len(self.masks) - 1

    def _rounds(self, index: int) -> int:
        if self.thin:
            return self.settings.thin_rounds
        if self._is_coarsest(index):
            return self.settings.coarse_rounds
        unknowns = np.count_nonzero(self.masks[index].hole)
        if index == 0:
            return 1 if unknowns > TOO_MANY_UNKNOWNS else self.settings.fine_rounds
        rounds = self.settings.rounds
        if index == len(self.masks) - 2:
            rounds = self.settings.second_rounds
        return min(rounds, 2) if unknowns > _MANY_UNKNOWNS else rounds

    def _generator(self, index: int, attempt: int) -> np.random.Generator:
        return np.random.default_rng([self.seed & 0xFFFFFFFFFFFF, index, attempt])
