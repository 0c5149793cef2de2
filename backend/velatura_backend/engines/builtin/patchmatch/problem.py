"""What a synthesis is given, and its pyramid of target and source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from velatura_protocol.errors import NoSource

from .atlas import Planes, Sheets, blank_sheets, whole_patches
from .distance import SIDE
from .kernels import BoolMask, Floats
from .lanes import Lanes
from .pyramid import roughness_of

_MAX_LEVELS = 12
_LEAST_BAND = 48
"""Rows: roughness looks at three more above and below."""


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
    """``levels``: finest first. A pixel's channels: first its colours and, where wanted, its
    roughness, together ``voted``; then guides; then, where wanted, its usage."""

    levels: list[Sheets]
    voted: int
    channels: int


def build_pyramid(problem: Problem, settings: SynthesisSettings, lanes: Lanes) -> Pyramid:
    """Nothing of it is the problem's own: that may be forgotten.

    :raises NoSource: not one whole patch of the source is usable
    """
    builder = _Builder(problem, settings, lanes)
    return Pyramid(builder.levels(), builder.voted, builder.channels)


class _Builder:
    def __init__(self, problem: Problem, settings: SynthesisSettings, lanes: Lanes) -> None:
        self.problem, self.settings, self.lanes = problem, settings, lanes
        self.colours = problem.source.shape[2]
        guides = 0 if problem.source_guides is None else problem.source_guides.shape[2]
        self.voted = self.colours + (settings.texture > 0.0)
        self.channels = self.voted + guides + (settings.usage > 0.0)

    def levels(self) -> list[Sheets]:
        levels = [self._finest()]
        if not whole_patches(levels[0].source.mask, self.lanes).any():
            raise NoSource
        while len(levels) < _MAX_LEVELS:
            fine = levels[-1]
            shorter = min(*fine.target.mask.shape, *fine.source.mask.shape)
            if shorter < 2 * max(self.settings.coarsest, SIDE + 1):
                break
            coarse = fine.halved(self.channels, self.lanes)
            if not whole_patches(coarse.source.mask, self.lanes).any():
                break
            levels.append(coarse)
        return levels

    def _finest(self) -> Sheets:
        problem = self.problem
        present = np.ones(problem.initial.shape[:2], np.bool_)
        if problem.absent is not None:
            present &= ~problem.absent
        unknown = present.copy() if problem.fixed is None else present & ~problem.fixed
        self.lanes.check()
        usable = np.ones(problem.source.shape[:2], np.bool_)
        if problem.usable is not None:
            usable &= problem.usable
        self.lanes.check()
        target = Planes(unknown, present, problem.guide_map)
        sheets = blank_sheets(target, Planes(usable, usable), self.channels)
        above, below = sheets.target_pixels(self.channels), sheets.source_pixels(self.channels)
        self._assemble(above, problem.initial, present, problem.target_guides)
        self._assemble(below, problem.source, usable, problem.source_guides)
        return sheets

    def _assemble(
        self, pixels: Floats, colours: Floats, known: BoolMask, guides: Floats | None
    ) -> None:
        gain, cancel = self.settings.texture, self.lanes.cancel
        scale = np.float32(np.sqrt(self.settings.guide_weight))

        def work(rows: slice) -> None:
            pixels[rows, :, : self.colours] = colours[rows]
            if gain > 0.0:
                rough = roughness_of(colours, known, gain, rows, cancel)
                pixels[rows, :, self.colours] = rough
            if guides is not None:
                last = self.voted + guides.shape[2]
                pixels[rows, :, self.voted : last] = scale * guides[rows]

        self.lanes.bands(work, *known.shape, least=_LEAST_BAND)
