"""What a synthesis is given, and its pyramid of target and source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from velatura_protocol.errors import NoSource

from .atlas import Planes, halved_source, halved_target, padded_features, whole_patches
from .distance import RADIUS, SIDE
from .kernels import BoolMask, Floats
from .lanes import Lanes
from .pyramid import TEXTURE_CHANNELS, assemble, soften_texture

_MAX_LEVELS = 12


@dataclass(frozen=True)
class Problem:
    """What to make and of what; every array finite float32, colours in any space in which squared
    differences make sense (premultiplied alpha may be one of them).

    ``source``: (h, w, colours), copied from where ``usable`` (all of it, if None).
    ``initial``: (H, W, colours), what the coarsest level starts from; the result has its size.
    ``fixed``: (H, W), target pixels whose ``initial`` colours are kept and continued; None: none.
    ``absent``: (H, W), target pixels that are no part of the picture; what is there is kept too.
    ``source_guides`` (h, w, guides) and ``target_guides`` (H, W, guides), both or neither: a patch
    is good where these agree too. Scale them by their own importance, relative to each other.
    ``guide_map``: (H, W) in 0..1, where in the target the guides count, and how much.
    """

    source: Floats
    initial: Floats
    usable: BoolMask | None = None
    fixed: BoolMask | None = None
    absent: BoolMask | None = None
    source_guides: Floats | None = None
    target_guides: Floats | None = None
    guide_map: Floats | None = None


@dataclass(frozen=True)
class SynthesisSettings:
    """``texture``: gain of a channel that says how rough the picture is around each pixel, which
    keeps joints in textures from going flat (0: none; 4 is firm). ``guide_weight``: of a guide's
    squared difference against a colour's; high is faithful, low abstract. ``usage``: cost of source
    patches that are used more than their share, in units of the source's variance (0: none; 0.02
    is strong: what is rare is used, fit or not). ``coarsest``: halved while the shorter side of
    target and source stays at least so many pixels: few = new layout, many = the layout of
    ``initial``. ``noise``: added to the coarsest level, in standard deviations of the source.
    ``…_rounds`` of search and vote on the coarsest level, those between, the finest. ``…_spread``,
    see :class:`.solve.Settings`: wide votes are soft, narrow ones sharp. ``final_reach``: how far
    from its centre a patch has a say in the last vote, 0 (copies, sharp) to 3. ``screening`` of the
    Poisson finish that makes tones of neighbouring copies meet: None: no finish; 1e-3 is firm, 1e-1
    hardly changes colours. Levels with more unknown pixels than ``search_pixels`` take over what
    was found on the coarser one, moved by a pixel where that is better, and its tones.
    """

    texture: float = 0.0
    guide_weight: float = 1.0
    usage: float = 0.0
    coarsest: int = 32
    noise: float = 0.0
    coarse_rounds: int = 10
    rounds: int = 3
    fine_rounds: int = 2
    sweeps: int = 2
    radius: int = 32
    fine_radius: int = 8
    wide_spread: float = 1.0
    narrow_spread: float = 0.1
    final_reach: int = 1
    screening: float | None = None
    search_pixels: int = 1_500_000


@dataclass(frozen=True)
class Pyramid:
    """``levels``: target and source, finest first. A pixel's channels: first its colours and, where
    wanted, its roughness, together ``voted``; then guides; then, where wanted, its usage."""

    levels: list[tuple[Planes, Planes]]
    voted: int
    channels: int


def build_pyramid(problem: Problem, settings: SynthesisSettings, lanes: Lanes) -> Pyramid:
    """:raises NoSource: not one whole patch of the source is usable"""
    builder = _Builder(problem, settings, lanes)
    return Pyramid(builder.levels(), builder.voted, builder.channels)


class _Builder:
    def __init__(self, problem: Problem, settings: SynthesisSettings, lanes: Lanes) -> None:
        self.problem, self.settings, self.lanes = problem, settings, lanes
        self.colours = problem.source.shape[2]
        guides = 0 if problem.source_guides is None else problem.source_guides.shape[2]
        self.voted = self.colours + (settings.texture > 0.0)
        self.channels = self.voted + guides + (settings.usage > 0.0)

    def levels(self) -> list[tuple[Planes, Planes]]:
        levels = [(self._target(), self._source())]
        if not whole_patches(levels[0][1].mask, self.lanes).any():
            raise NoSource
        while len(levels) < _MAX_LEVELS:
            fine_target, fine_source = levels[-1]
            shorter = min(*fine_target.mask.shape, *fine_source.mask.shape)
            if shorter < 2 * max(self.settings.coarsest, SIDE + 1):
                break
            target = halved_target(fine_target, self.channels, self.lanes)
            source = halved_source(fine_source, self.channels, self.lanes)
            if not whole_patches(source.mask, self.lanes).any():
                break
            levels.append((target, source))
        return levels

    def _target(self) -> Planes:
        problem = self.problem
        size = problem.initial.shape[:2]
        present = np.ones(size, np.bool_) if problem.absent is None else ~problem.absent
        unknown = present if problem.fixed is None else present & ~problem.fixed
        features = self._assembled(problem.initial, present, problem.target_guides)
        return Planes(features, unknown, present, problem.guide_map)

    def _source(self) -> Planes:
        problem = self.problem
        usable = problem.usable
        if usable is None:
            usable = np.ones(problem.source.shape[:2], np.bool_)
        features = self._assembled(problem.source, usable, problem.source_guides)
        return Planes(features, usable, usable)

    def _assembled(self, colours: Floats, known: BoolMask, guides: Floats | None) -> Floats:
        pixels = np.zeros((*colours.shape[:2], self.channels), np.float32)
        pixels[..., : self.colours] = colours
        self.lanes.check()
        if (gain := self.settings.texture) > 0.0:
            pixels[..., self.colours] = _roughness(colours, known, gain, self.lanes)
        if guides is not None:
            scale = np.float32(np.sqrt(self.settings.guide_weight))
            pixels[..., self.voted : self.voted + guides.shape[2]] = scale * guides
        self.lanes.check()
        return padded_features(pixels)


def _roughness(colours: Floats, known: BoolMask, gain: float, lanes: Lanes) -> Floats:
    """(height, width): the mean step to a known neighbour, in a window of 5x5."""
    features = assemble(colours, known, gain, lanes)
    channels = colours.shape[2] + TEXTURE_CHANNELS
    soften_texture(features, known, channels, lanes)
    planes = features.reshape(len(features), -1, channels)[RADIUS:-RADIUS, RADIUS:-RADIUS]
    lanes.check()
    return 0.5 * (planes[..., -2] + planes[..., -1])
