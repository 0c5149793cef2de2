"""Makes a picture from the patches of another one: restyle, variations, tiles, new proportions.

Multi-scale search and vote as for holes (:mod:`.solve`), but target and source are two pictures:
Hertzmann et al., Image Analogies, SIGGRAPH 2001 (guides); Simakov et al., Summarizing Visual Data,
CVPR 2008 (retargeting); Granot et al., Drop the GAN, CVPR 2022 (variations from a noisy coarse
level); Kaspar et al., Self Tuning Texture Optimization, Eurographics 2015 (usage penalty). Written
from the papers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .atlas import Atlas, Found, make_atlas, refine_atlas
from .distance import RADIUS, SIDE
from .field import scatter
from .kernels import BoolMask, Floats, Indices
from .lanes import Lanes
from .picking import every_place, sampling_step, selected
from .poisson import poisson_finish
from .problem import Lattice, Problem, Pyramid, SourceColours, SynthesisSettings
from .search import Sweep, search, stripes
from .tones import Tones
from .unknowns import build_system
from .vote import vote, vote_steps, weigh

__all__ = ["Lattice", "Problem", "SynthesisSettings", "SynthesisStage", "synthesise"]

_LEAST_SPREAD = 1.5e-5
_MOST_USED = 8.0
_USAGE_PIXELS = 1_500_000
_COARSEST_SWEEPS = 6


@dataclass(frozen=True)
class SynthesisStage:
    """How far it has come: ``fraction`` in 0..1; ``colours``: (height, width, colours), a view that
    the next step changes, at 1/``scale`` of the size: whoever holds a stage while the next one is
    made holds all that its level was made of; ``energy``: mean cost of the last search.
    ``places``: (H, W, 2) int32, row and column of the source at each target pixel, with the last
    stage only (fraction 1), where wanted."""

    fraction: float
    colours: Floats
    scale: int
    energy: float
    level_done: bool
    places: Indices | None = None


def synthesise(
    problem: Problem, settings: SynthesisSettings, seed: int, lanes: Lanes
) -> Iterator[SynthesisStage]:
    """Yields a stage after every round and every level; the last has fraction 1 and scale 1.

    The same for any number of threads. Three channels take about 6 µs of one core a target
    pixel.

    :raises NoSource: the source has not one whole patch (7x7) that is usable
    :raises Cancelled: within a row of a kernel
    """
    source = SourceColours.of(problem, settings, lanes)
    pyramid = Pyramid.begun(problem, settings, lanes)
    del problem  # 12 megapixels of it are 300 MB that nobody needs any more
    pyramid.complete(settings.coarsest, lanes)
    yield from _Synthesiser(pyramid, source, settings, seed, lanes).run()


class _Synthesiser:
    def __init__(
        self,
        pyramid: Pyramid,
        source: SourceColours,
        settings: SynthesisSettings,
        seed: int,
        lanes: Lanes,
    ) -> None:
        self.settings, self.seed, self.lanes = settings, seed, lanes
        self.deviation, self.ranges = source.deviation, source.ranges
        self.variance = float((self.deviation**2).sum()) + 1e-4
        self.levels, self.colours = pyramid.levels, pyramid.colours
        self.voted, self.channels = pyramid.voted, pyramid.channels
        self.coarsest = len(self.levels) - 1
        self.unknowns = [int(np.count_nonzero(each.target.mask)) for each in self.levels]
        self.tones: Tones | None = None
        coarsest = self.levels[-1]
        self.longest = max(*coarsest.target.mask.shape, *coarsest.source.mask.shape)
        self.work_done = 0.0
        self.work = sum(
            self._rounds(index) * each.target.mask.size for index, each in enumerate(self.levels)
        )

    def run(self) -> Iterator[SynthesisStage]:
        """Of a level that is done no more is kept than the next one takes over."""
        coarser: Found | None = None
        for index in reversed(range(len(self.levels))):
            atlas = make_atlas(self.levels.pop(), self.voted, self.channels, self.lanes)
            scatter(atlas.field, self._generator(index), self.lanes)
            if coarser is None:
                self._start(atlas, index)
            else:
                refine_atlas(atlas, coarser, self.lanes)
                coarser = None
                self._vote(atlas, 1.0, self._reach(index))
            energy = 0.0
            for energy in self._alternate(atlas, index):
                yield self._stage(atlas, index, energy, done=False)
            if index and self._is_large(index - 1) and not self._is_large(index):
                self.tones = self._tones(atlas, 2**index)
            elif not index:
                self._finish(atlas)
            stage = self._stage(atlas, index, energy, done=True)
            coarser = atlas.found
            del atlas
            yield stage
            del stage

    def _start(self, atlas: Atlas, index: int) -> None:
        """Noise, and a search that is thorough enough for it."""
        unknown = self._inside(atlas, atlas.unknown)
        noise = self._generator(index).standard_normal((*atlas.size, self.colours), np.float32)
        noise *= np.float32(self.settings.noise) * self.deviation
        colours = atlas.target[..., : self.colours]
        colours[unknown] += noise[unknown]
        pieces = stripes(atlas.field.target)
        for number in range(_COARSEST_SWEEPS):
            search(atlas.field, self._sweep(index, 0, number), pieces, self.lanes)

    def _alternate(self, atlas: Atlas, index: int) -> Iterator[float]:
        """Search and vote in turn; yields the energy of each search."""
        if not atlas.field.target.any():
            return
        rounds = self._rounds(index)
        pieces = stripes(atlas.field.target)
        for turn in range(1, rounds + 1):
            self._count_usage(atlas)
            sweeps = 1 if self._is_large(index) else self.settings.sweeps
            for number in range(sweeps):
                search(atlas.field, self._sweep(index, turn, number), pieces, self.lanes)
            if turn == rounds:
                atlas.searched()
            costs = selected(atlas.field.cost, atlas.field.target, self.lanes)
            energy = float(costs.mean())
            costs = costs[:: sampling_step(len(costs))].copy()  # of 18 megapixels all are 72 MB
            late = turn == rounds or turn > rounds // 2 + 1
            settings = self.settings
            spread = settings.narrow_spread if late else settings.wide_spread
            self._vote(atlas, spread, self._reach(index), costs)
            self.work_done += atlas.size[0] * atlas.size[1]
            yield energy

    def _count_usage(self, atlas: Atlas) -> None:
        """How much more than its share each source pixel is copied, as a channel whose squared
        difference from the target's 0 is the penalty: the distance of a patch sums it up."""
        area = atlas.size[0] * atlas.size[1]
        if self.settings.usage <= 0.0 or area > _USAGE_PIXELS:
            return
        field = atlas.field
        at = field.target
        flat = field.row[at].astype(np.int64) * at.shape[1] + field.column[at]
        self.lanes.check()
        counts = np.bincount(flat, minlength=field.valid.size)
        used = counts.reshape(field.valid.shape)[atlas.origin :].astype(np.float32)
        self.lanes.check()
        share = len(flat) / max(1, np.count_nonzero(field.valid))
        used = ndimage.uniform_filter(used, SIDE, mode="constant") / share
        # A distance is a sum over channels, and so is the variance: one channel stands for all.
        scale = self.settings.usage * self.variance
        atlas.source[..., -1] = self.lanes.over(
            lambda band: np.sqrt(scale * np.clip(band, 0.0, _MOST_USED)), used
        )

    def _sweep(self, index: int, turn: int, number: int) -> Sweep:
        """Only the first sweep of a round looks far: the second one spreads what it found. That is
        as good (energy +0.5 %) in three quarters of the time."""
        radius = self.settings.radius if index else self.settings.fine_radius
        tries = 1 if index else 0
        if index == self.coarsest:
            radius, tries = self.longest, 2
        elif number or self._is_large(index):
            radius, tries = max(1, radius // 8), 0
        seed = ((self.seed * 31 + index) * 331 + turn) * 31 + number
        reverse = (turn + number) % 2 == 1
        return Sweep(
            self.channels, reverse, radius, tries, np.float32(0.0), seed & 0x7FFFFFFF,
            settled=number > 0,
        )  # fmt: skip

    def _vote(self, atlas: Atlas, spread: float, reach: int, costs: Floats | None = None) -> Floats:
        """Returns how much each patch counted. ``costs``: a sample of them."""
        costs = self._costs(atlas) if costs is None else costs
        weight = weigh(atlas.field, atlas.confidence, self._spread(costs, spread), self.lanes)
        vote(atlas.field, atlas.unknown, weight, self.channels, reach, self.lanes, self.voted)
        return weight

    def _costs(self, atlas: Atlas) -> Floats:
        """A sample."""
        target = atlas.field.target
        step = sampling_step(int(np.count_nonzero(target)))
        return atlas.field.cost.reshape(-1)[every_place(target, step, self.lanes)]

    def _reach(self, index: int) -> int:
        return self.settings.final_reach if self._is_large(index) else RADIUS

    def _spread(self, costs: Floats, wish: float) -> float:
        return wish * max(float(np.percentile(costs, 75)), _LEAST_SPREAD) if len(costs) else 1.0

    def _finish(self, atlas: Atlas) -> None:
        """The last vote, and tones that meet; no value goes beyond the source's."""
        weight = self._vote(atlas, 1.0, self.settings.final_reach)
        if self.settings.screening is None or not atlas.unknown.any():
            return
        unknown = self._inside(atlas, atlas.unknown)
        if self.tones is None:
            self._level_tones(atlas, weight)
        else:
            self.tones.apply(atlas.target[..., : self.colours], unknown, self.lanes)
        colours = atlas.target[..., : self.colours]

        def hold(rows: slice) -> None:
            for channel, (least, most) in enumerate(self.ranges):
                plane = colours[rows, :, channel]
                np.clip(plane, least, most, out=plane, where=unknown[rows])

        self.lanes.bands(hold, *atlas.size)

    def _level_tones(self, atlas: Atlas, weight: Floats) -> None:
        field, reach = atlas.field, self.settings.final_reach
        system = build_system(atlas.unknown, atlas.present, 1, self.lanes)
        steps = vote_steps(
            field, weight, self.channels, self.colours, reach, system.places, self.lanes
        )
        poisson_finish(
            field.features, system, atlas.present, self.channels, steps,
            self.settings.screening or 0.0, 50, self.lanes,
        )  # fmt: skip

    def _tones(self, atlas: Atlas, scale: int) -> Tones | None:
        """What the finish would change, found on this level for those that are too large for it."""
        if self.settings.screening is None or not atlas.unknown.any():
            return None
        weight = self._vote(atlas, 1.0, self.settings.final_reach)
        before = atlas.target[..., : self.colours].copy()
        self._level_tones(atlas, weight)
        return Tones(atlas.target[..., : self.colours] - before, scale)

    def _inside(self, atlas: Atlas, mask: BoolMask) -> BoolMask:
        height, width = atlas.size
        return mask[RADIUS : RADIUS + height, RADIUS : RADIUS + width]

    def _stage(self, atlas: Atlas, index: int, energy: float, *, done: bool) -> SynthesisStage:
        colours = atlas.target[..., : self.colours]
        if index or not done:
            fraction = min(0.99, self.work_done / self.work)
            return SynthesisStage(fraction, colours, 2**index, energy, done)
        places = _places(atlas, self.lanes) if self.settings.places else None
        return SynthesisStage(1.0, colours, 1, energy, True, places)

    def _rounds(self, index: int) -> int:
        if index == self.coarsest:
            return self.settings.coarse_rounds
        if self._is_large(index):
            return 1
        if index == 0:
            return self.settings.fine_rounds
        return self.settings.rounds

    def _is_large(self, index: int) -> bool:
        return self.unknowns[index] > self.settings.search_pixels and index < self.coarsest

    def _generator(self, index: int) -> np.random.Generator:
        return np.random.default_rng([self.seed & 0xFFFFFFFFFFFF, index])


def _places(atlas: Atlas, lanes: Lanes) -> Indices:
    height, width = atlas.size
    inner = (slice(RADIUS, RADIUS + height), slice(RADIUS, RADIUS + width))
    first = atlas.origin + RADIUS

    def beside(row: Indices, column: Indices) -> Indices:
        return np.stack([row - first, column - RADIUS], axis=2)

    return lanes.over(beside, atlas.field.row[inner], atlas.field.column[inner])
