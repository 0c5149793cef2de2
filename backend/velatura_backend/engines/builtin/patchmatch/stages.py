"""What a fill is asked for, and what it says on its way."""

from __future__ import annotations

from dataclasses import dataclass

from .distance import RADIUS
from .kernels import Floats, Indices


@dataclass(frozen=True)
class Settings:
    """Tuned on the benchmark's tuning pictures.

    ``locality``: cost per pixel of offset, in units of the picture's variance. ``texture``: gain of
    the texture channels. ``screening``: how firmly the finish holds to the copied colours (None: no
    finish). ``min_sources``: patches the coarsest level must have left to copy. ``tries`` from
    different starts there; the best is kept. ``…_rounds`` of search and vote on the coarsest level,
    the next, those between, and the finest. ``…_spread``: cost at which a vote's weight has
    fallen to 1/e, in units of the upper quartile: wide at first, then narrow. ``…_reach``: how far
    from its centre a patch has a say in the very last vote: 0 copies, and stays sharp; in
    thin holes averaging is closer to the truth. ``thin_tolerance``: the finish's in thin holes,
    whose averaged patches fit their border less well and still are right. ``guidance``: cost of
    being off a guide line, in units of the picture's variance. ``as_rough``: whether what is
    smoother than the hole's surroundings costs more. ``trace``: the last stage tells the origins.
    """

    locality: float = 2e-5
    texture: float = 2.0
    screening: float | None = 1e-3
    min_sources: int = 800
    tries: int = 3
    second_tries: int = 1
    second_limit: int = 4_000
    close_limit: int = 12_000
    close: float = 1.1
    dearest: float = 1.75
    coarse_rounds: int = 12
    second_rounds: int = 10
    rounds: int = 6
    fine_rounds: int = 2
    thin_rounds: int = 2
    sweeps: int = 2
    radius: int = 32
    fine_radius: int = 8
    thin_radius: int = 16
    wide_spread: float = 1.0
    narrow_spread: float = 0.1
    final_reach: int = 0
    thin_reach: int = RADIUS
    thin_tolerance: float = 4.0
    guidance: float = 4.0
    as_rough: bool = True
    trace: bool = False


@dataclass(frozen=True)
class Layout:
    """What the image is made of: the picture itself above row ``home``, others below. ``frames``:
    rows from the picture down to each of those that show the same scene pixel by pixel."""

    home: int
    frames: tuple[int, ...] = ()

    def halved(self, times: int) -> Layout:
        """Of the picture so often halved; frames must lie on its grid."""
        return Layout(-(-self.home >> times), tuple(rows >> times for rows in self.frames))


@dataclass(frozen=True)
class Origins:
    """Where each pixel of the hole comes from: ``row``, ``column`` (height, width) int32, and what
    was added to the colours there: ``tone`` (height, width, colours). Outside the hole undefined.
    In a slender hole, where patches are averaged, the best of them."""

    row: Indices
    column: Indices
    tone: Floats


@dataclass(frozen=True)
class Stage:
    """How far a fill has come: ``fraction`` in 0..1, and what the hole looks like, at 1/``scale``
    of the size; ``colours`` is a view that the next step changes. ``level_done``, or ``early``, on
    the way through the coarsest level: worth showing. ``origins``: of the last one, if they were
    wanted and anything could be copied."""

    fraction: float
    colours: Floats
    scale: int
    energy: float
    level_done: bool
    origins: Origins | None = None
    early: bool = False
