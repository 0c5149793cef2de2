"""What a synthesis is given, and its pyramid of target and source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from velatura_protocol.errors import NoSource

from .atlas import Planes, Sheets, blank_sheets, whole_patches
from .distance import SIDE
from .kernels import BoolMask, Floats
from .lanes import Lanes
from .picking import every_place, extremes, sampling_step
from .pyramid import roughness_of

_MAX_LEVELS = 12
_LEAST_BAND = 48
"""Rows: roughness looks at three more above and below."""


@dataclass(frozen=True)
class Lattice:
    """Two guides that say where a pixel lies: a number of its row, (h,), and one of its column,
    (w,). As planes those of 18 megapixels are 144 MB."""

    rows: Floats
    columns: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.rows), len(self.columns), 2

    def __getitem__(self, rows: slice) -> Floats:
        """(rows, w, 2)"""
        down = self.rows[rows]
        planes = np.empty((len(down), len(self.columns), 2), np.float32)
        planes[..., 0], planes[..., 1] = down[:, None], self.columns
        return planes


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
    source_guides: Floats | Lattice | None = None
    target_guides: Floats | Lattice | None = None
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
    was found on the coarser one, moved by a pixel where that is better, and its tones. ``places``:
    whether the last stage tells where each pixel is from (8 bytes each).
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
    places: bool = False


@dataclass(frozen=True)
class SourceColours:
    """``deviation``: of each colour; ``ranges``: the least and the most of each colour that may be
    copied, where a finish is to keep to them."""

    deviation: Floats
    ranges: list[tuple[float, float]]

    @classmethod
    def of(cls, problem: Problem, settings: SynthesisSettings, lanes: Lanes) -> SourceColours:
        """:raises NoSource: nothing is usable"""
        source, usable, ranges = problem.source, problem.usable, list[tuple[float, float]]()
        samples = _samples(source, usable, lanes)
        if not len(samples):
            raise NoSource
        if settings.screening is not None:
            planes = (source[..., channel] for channel in range(source.shape[2]))
            ranges = [extremes(plane, usable, lanes) for plane in planes]
        return cls(samples.std(axis=0), ranges)


def _samples(source: Floats, usable: BoolMask | None, lanes: Lanes) -> Floats:
    """Up to 100 000 usable pixels."""
    pixels = source.reshape(-1, source.shape[2])
    if usable is None:
        return pixels[:: sampling_step(len(pixels))].copy()
    return pixels[every_place(usable, sampling_step(int(np.count_nonzero(usable))), lanes)]


@dataclass(frozen=True)
class Pyramid:
    """``levels``: finest first. A pixel's channels: first its ``colours`` and, where wanted, its
    roughness, together ``voted``; then guides; then, where wanted, its usage."""

    levels: list[Sheets]
    colours: int
    voted: int
    channels: int

    @classmethod
    def begun(cls, problem: Problem, settings: SynthesisSettings, lanes: Lanes) -> Pyramid:
        """Of the finest level alone. Nothing of it is the problem's own: whoever forgets that
        before the others are made has the room for them."""
        colours = problem.source.shape[2]
        guides = 0 if problem.source_guides is None else problem.source_guides.shape[2]
        voted = colours + (settings.texture > 0.0)
        channels = voted + guides + (settings.usage > 0.0)
        return cls([_finest(problem, settings, voted, channels, lanes)], colours, voted, channels)

    def complete(self, coarsest: int, lanes: Lanes) -> None:
        """With the coarser levels, as far as ``coarsest`` (see :class:`SynthesisSettings`) allows.

        :raises NoSource: not one whole patch of the source is usable
        """
        levels = self.levels
        if not whole_patches(levels[0].source.mask, lanes).any():
            raise NoSource
        while len(levels) < _MAX_LEVELS:
            fine = levels[-1]
            shorter = min(*fine.target.mask.shape, *fine.source.mask.shape)
            if shorter < 2 * max(coarsest, SIDE + 1):
                break
            coarse = fine.halved(self.channels, lanes)
            if not whole_patches(coarse.source.mask, lanes).any():
                break
            levels.append(coarse)


def _finest(
    problem: Problem, settings: SynthesisSettings, voted: int, channels: int, lanes: Lanes
) -> Sheets:
    present = np.ones(problem.initial.shape[:2], np.bool_)
    if problem.absent is not None:
        present &= ~problem.absent
    unknown = present if problem.fixed is None else present & ~problem.fixed
    lanes.check()
    usable = np.ones(problem.source.shape[:2], np.bool_)
    if problem.usable is not None:
        usable &= problem.usable
    lanes.check()
    target = Planes(unknown, present, problem.guide_map)
    sheets = blank_sheets(target, Planes(usable, usable), channels)

    def assemble(
        pixels: Floats, colours: Floats, known: BoolMask, guides: Floats | Lattice | None
    ) -> None:
        scale, count = np.float32(np.sqrt(settings.guide_weight)), colours.shape[2]

        def work(rows: slice) -> None:
            pixels[rows, :, :count] = colours[rows]
            if settings.texture > 0.0:
                rough = roughness_of(colours, known, settings.texture, rows, lanes.cancel)
                pixels[rows, :, count] = rough
            if guides is not None:
                last = voted + guides.shape[2]
                pixels[rows, :, voted:last] = scale * guides[rows]

        lanes.bands(work, *known.shape, least=_LEAST_BAND)

    assemble(sheets.target_pixels(channels), problem.initial, present, problem.target_guides)
    assemble(sheets.source_pixels(channels), problem.source, usable, problem.source_guides)
    return sheets
