"""Strokes, dabs, dots and cuts: laid on jittered grids, then looked up pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...arrays import filled
from ...patchmatch.kernels import Flag, Floats, Real, inlined, kernel
from ...patchmatch.lanes import Lanes
from .guide import Guide
from .noise import blue_noise, clamped, smooth_noise, uniform
from .single import single

FIELDS = 12
Plane = NDArray[np.floating]

_DOT, _LEAST_DOT, _MORE_DOT = 0.4, 0.8, 0.9
"""Half a speckle's width, in spacings, and how it grows with the amount."""


class Brush(NamedTuple):
    """How the marks of one layer look; lengths in pixels of the picture.

    ``spacing``: the grid's. ``jitter``: of places, in spacings. ``length``, ``width``: half of the
    mark's. ``taper``: 0 a rounded bar, 1 a spindle. ``turn``: added to the guide's direction, in
    radians; ``fixed``: the guide's direction is not asked. ``sway``: random turn, radians.
    ``bend``: random curvature, in half-lengths. ``variety``: random lightness of the colours;
    ``hue``: random shift between channels. ``bristles``: streaks across a mark, 0 for none, and
    ``rough``: how deep. ``soft``: pixels over which a mark's edge fades. ``loyalty``: how much a
    mark of the wrong colour yields to others. ``opacity``. ``ink``: marks darken what is there by
    ``ink`` colours instead of covering it. ``reach`` is worked out by :func:`put_marks`.
    """

    spacing: float
    length: float
    width: float
    jitter: float = 1.0
    taper: float = 0.0
    turn: float = 0.0
    fixed: bool = False
    sway: float = 0.2
    bend: float = 0.2
    variety: float = 0.04
    hue: float = 0.0
    bristles: float = 0.0
    rough: float = 0.0
    soft: float = 1.0
    loyalty: float = 4.0
    opacity: float = 1.0
    ink: bool = False
    salt: int = 0
    reach: float = 0.0


class Speckle(NamedTuple):
    """Dots of one ink: its transmittance, how far apart they are, how much of it they let on."""

    ink: tuple[float, float, float]
    spacing: float
    opacity: float = 1.0
    soft: float = 1.0
    salt: int = 0


@dataclass(frozen=True)
class Canvas:
    """``colour``: (H, W, 3) encoded; ``height``: (H, W), of the paint, about 0..1."""

    colour: Floats
    height: Floats


def blank(height: int, width: int, paper: tuple[float, float, float], lanes: Lanes) -> Canvas:
    """:raises Cancelled: the order is to stop"""
    colour = filled(height, width, paper, lanes)
    return Canvas(colour, filled(height, width, (0.0,), lanes)[..., 0])


def underpainted(height: int, width: int, guide: Guide, lanes: Lanes) -> Canvas:
    """A canvas with the guide's colours on it, for paint that leaves no gaps.

    :raises Cancelled: the order is to stop
    """
    canvas = blank(height, width, (0.0, 0.0, 0.0), lanes)
    lanes.rows(_underpaint, height, width, guide, canvas.colour)
    return canvas


@kernel
def _underpaint(
    start: int, stop: int, flag: Flag, serial: int, guide: Guide, colour: Floats
) -> None:
    height, width = guide.tone.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(colour.shape[1]):
            px, py = np.float32(x) + np.float32(0.5), np.float32(y) + np.float32(0.5)
            _blend(guide.colour, px, py, guide.factor, height, width, colour[y, x])


def put_marks(
    canvas: Canvas, guide: Guide, brush: Brush, presence: Plane, girth: Plane, lanes: Lanes
) -> None:
    """One layer over the canvas, in place.

    ``presence``, ``girth``: planes of the guide's size; a mark is there where the presence exceeds
    the place's rank in a blue noise, and its width is multiplied by the girth.

    :raises Cancelled: the order is to stop
    """
    height, width = canvas.height.shape
    presence, girth = np.asarray(presence, np.float32), np.asarray(girth, np.float32)
    brush = brush._replace(reach=brush.length + brush.width * max(1.0, float(girth.max())) + 1.0)
    reach = brush.reach
    small = single(brush)
    margin = int(np.ceil(reach / brush.spacing + 0.5 * brush.jitter))
    rows = int(np.ceil(height / brush.spacing)) + 2 * margin
    columns = int(np.ceil(width / brush.spacing)) + 2 * margin
    marks = np.empty((rows, columns, FIELDS), np.float32)
    ranks = blue_noise(brush.salt)
    lanes.rows(_lay, rows, columns, marks, guide, small, presence, girth, ranks, margin)
    lanes.rows(_paint, height, width * 8, marks, guide, small, margin, canvas.colour, canvas.height)


def put_speckles(
    canvas: Canvas, guide: Guide, amount: Plane, speckle: Speckle, lanes: Lanes
) -> None:
    """Fine dots of ink that together cover ``amount`` (guide's size, 0..1) of the canvas, evenly:
    more of them first, then larger ones.

    :raises Cancelled: the order is to stop
    """
    plane = np.empty_like(guide.colour)
    plane[:] = np.array(speckle.ink, np.float32)
    dot = Brush(
        speckle.spacing, 0.0, _DOT * speckle.spacing, jitter=0.7, variety=0.0, ink=True,
        loyalty=0.0, opacity=speckle.opacity, soft=speckle.soft, salt=speckle.salt,
    )  # fmt: skip
    girth = np.asarray(_LEAST_DOT + _MORE_DOT * amount, np.float32)
    area = np.float32(np.pi * _DOT**2) * girth * girth
    put_marks(canvas, guide._replace(colour=plane), dot, amount / area, girth, lanes)


@kernel
def _lay(
    start: int, stop: int, flag: Flag, serial: int, marks: Floats, guide: Guide, brush: Brush,
    presence: Floats, girth: Floats, ranks: Floats, margin: int,
) -> None:  # fmt: skip
    guide_height, guide_width = guide.tone.shape
    for row in range(start, stop):
        if flag[0] == serial:
            return
        for column in range(marks.shape[1]):
            mark = marks[row, column]
            salt = brush.salt * 16
            dx = uniform(column, row, salt) - np.float32(0.5)
            dy = uniform(column, row, salt + 1) - np.float32(0.5)
            cx = (column - margin + np.float32(0.5) + brush.jitter * dx) * brush.spacing
            cy = (row - margin + np.float32(0.5) + brush.jitter * dy) * brush.spacing
            gx = min(max(int(cx / guide.factor), 0), guide_width - 1)
            gy = min(max(int(cy / guide.factor), 0), guide_height - 1)
            cosine, sine = np.float32(1.0), np.float32(0.0)
            if not brush.fixed:
                cosine, sine = guide.cosine[gy, gx], guide.sine[gy, gx]
            turn = brush.turn + brush.sway * np.float32(2.0) * (
                uniform(column, row, salt + 2) - np.float32(0.5)
            )
            mark[0], mark[1] = cx, cy
            mark[2] = cosine * np.cos(turn) - sine * np.sin(turn)
            mark[3] = sine * np.cos(turn) + cosine * np.sin(turn)
            mark[4] = brush.length * (
                np.float32(0.7) + np.float32(0.3) * uniform(column, row, salt + 3)
            )
            mark[5] = brush.width * girth[gy, gx]
            bend = np.float32(2.0) * uniform(column, row, salt + 4) - np.float32(1.0)
            mark[6] = brush.bend * bend / (brush.length + brush.width)
            lightness = brush.variety * (
                uniform(column, row, salt + 5) + uniform(column, row, salt + 6) - np.float32(1.0)
            )
            for c in range(3):
                shift = brush.hue * (uniform(column, row, salt + 7 + c) - np.float32(0.5))
                value = guide.colour[gy, gx, c] + lightness + shift
                mark[7 + c] = clamped(value)
            mark[10] = uniform(column, row, salt + 10)
            side = ranks.shape[0]
            here = ranks[row % side, column % side] < presence[gy, gx]
            mark[11] = brush.opacity if here and mark[5] > np.float32(0.05) else np.float32(0.0)


@inlined
def _coverage(mark: Floats, brush: Brush, x: Real, y: Real) -> tuple[Real, Real, Real]:
    """How much of the pixel is covered, and where in the mark it lies: along and across, -1..1."""
    dx, dy = x - mark[0], y - mark[1]
    along = dx * mark[2] + dy * mark[3]
    across = dy * mark[2] - dx * mark[3] - mark[6] * along * along
    length, width = mark[4], mark[5]
    over = max(abs(along) - length, np.float32(0.0))
    ends = abs(along) / (length + width)
    width *= np.float32(1.0) - brush.taper * min(np.float32(1.0), ends * ends)
    distance = np.sqrt(over * over + across * across)
    cover = (width - distance) / brush.soft + np.float32(0.5)
    cover = clamped(cover)
    return cover, along / (length + width), across / max(width, np.float32(1e-3))


@inlined
def _bristle(brush: Brush, along: Real, across: Real, own: Real) -> Real:
    """-0.5..0.5: streaks along the mark, and a dry end."""
    if brush.bristles <= 0.0:
        return np.float32(0.0)
    streak = smooth_noise(
        across * np.float32(0.5) * brush.bristles + own * np.float32(997.0),
        along * np.float32(1.5) + own * np.float32(331.0), 5,
    )  # fmt: skip
    return streak - np.float32(0.5)


@kernel
def _paint(
    start: int, stop: int, flag: Flag, serial: int, marks: Floats, guide: Guide, brush: Brush,
    margin: int, colour: Floats, height: Floats,
) -> None:  # fmt: skip
    """Covering marks: the two uppermost at each pixel. Inks: all of them, one after the other."""
    width = colour.shape[1]
    reach = np.float32(brush.reach)
    span = int(np.ceil(reach / brush.spacing + np.float32(0.5) * brush.jitter))
    # Marks are slender: how far across they reach rules most of them out.
    bow = brush.bend * brush.length * brush.length / (brush.length + brush.width)
    breadth = reach - brush.length + bow
    guide_height, guide_width = guide.tone.shape
    wanted = np.empty(3, np.float32)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        row = int(y / brush.spacing) + margin
        for x in range(width):
            column = int(x / brush.spacing) + margin
            px, py = np.float32(x) + np.float32(0.5), np.float32(y) + np.float32(0.5)
            if brush.loyalty > 0.0:
                _blend(guide.colour, px, py, guide.factor, guide_height, guide_width, wanted)
            first = second = np.float32(-1e9)
            first_row = first_column = second_row = second_column = 0
            for r in range(max(0, row - span), min(marks.shape[0], row + span + 1)):
                for k in range(max(0, column - span), min(marks.shape[1], column + span + 1)):
                    mark = marks[r, k]
                    dx, dy = px - mark[0], py - mark[1]
                    if mark[11] == 0.0 or abs(dy * mark[2] - dx * mark[3]) > breadth:
                        continue
                    cover, along, across = _coverage(mark, brush, px, py)
                    if cover <= 0.0:
                        continue
                    if brush.ink:
                        streak = _bristle(brush, along, across, mark[10])
                        dark = cover * mark[11] * (np.float32(1.0) + brush.rough * streak)
                        for c in range(3):
                            colour[y, x, c] *= np.float32(1.0) - dark * (
                                np.float32(1.0) - mark[7 + c]
                            )
                        continue
                    rank = mark[10]
                    if brush.loyalty > 0.0:
                        for c in range(3):
                            wrong = mark[7 + c] - wanted[c]
                            rank -= brush.loyalty * wrong * wrong
                    if rank > first:
                        second, second_row, second_column = first, first_row, first_column
                        first, first_row, first_column = rank, r, k
                    elif rank > second:
                        second, second_row, second_column = rank, r, k
            if second > np.float32(-1e8):
                _cover(marks[second_row, second_column], brush, px, py, colour[y, x], height, y, x)
            if first > np.float32(-1e8):
                _cover(marks[first_row, first_column], brush, px, py, colour[y, x], height, y, x)


@inlined
def _blend(
    plane: Floats, x: Real, y: Real, factor: Real, height: int, width: int, out: Floats
) -> None:
    """The guide's colour at a pixel of the picture, bilinear."""
    gx = min(max(x / factor - np.float32(0.5), np.float32(0.0)), np.float32(width - 1))
    gy = min(max(y / factor - np.float32(0.5), np.float32(0.0)), np.float32(height - 1))
    left, top = int(gx), int(gy)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    fx, fy = gx - np.float32(left), gy - np.float32(top)
    for c in range(3):
        upper = plane[top, left, c] + fx * (plane[top, right, c] - plane[top, left, c])
        lower = plane[bottom, left, c] + fx * (plane[bottom, right, c] - plane[bottom, left, c])
        out[c] = upper + fy * (lower - upper)


@inlined
def _cover(
    mark: Floats, brush: Brush, px: Real, py: Real, pixel: Floats, height: Floats, y: int, x: int
) -> None:
    cover, along, across = _coverage(mark, brush, px, py)
    streak = _bristle(brush, along, across, mark[10])
    # A loaded brush leaves most paint at its sides and runs dry towards the end.
    dry = brush.rough * max(np.float32(0.0), along - np.float32(0.2)) * np.float32(2.0)
    opacity = (
        cover
        * mark[11]
        * (
            np.float32(1.0)
            - min(np.float32(1.0), dry * max(-streak, np.float32(0.0)) * np.float32(4.0))
        )
    )
    for c in range(3):
        value = mark[7 + c] + np.float32(0.35) * brush.rough * streak
        pixel[c] += opacity * (value - pixel[c])
    ridge = across * across * np.float32(0.35)
    height[y, x] += opacity * (
        np.float32(0.5) + streak * brush.rough * np.float32(2.0) + ridge - height[y, x]
    )
