"""Print: rotated dot screens, and inks with the grain of a stencil duplicator."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...patchmatch.kernels import Flag, Floats, Real, inlined, kernel
from ...patchmatch.lanes import Lanes
from .guide import Guide
from .noise import clamped, smooth_noise, uniform
from .single import single

_TOUCHING, _LAST_GROWTH = 0.785, 0.143
"""The share of the paper covered by dots that touch; from there to all of it their radius grows by
so many periods more than if they did not overlap (a fit, good to half a per cent)."""


class Screen(NamedTuple):
    """One printing: ``ink``'s transmittance (red, green, blue), ``plane``: which of the amounts it
    prints. Lengths in pixels; ``angle`` in radians; ``shift`` out of register. ``grain``: 0 dots,
    else the size of the grain that stands in for them. ``crisp``: how hard its edges
    are. ``fade``: uneven inking.
    """

    ink: tuple[float, float, float]
    plane: int
    period: float
    angle: float
    shift_x: float = 0.0
    shift_y: float = 0.0
    grain: float = 0.0
    fade: float = 0.0
    crisp: float = 5.0
    salt: int = 0


def print_screen(
    colour: Floats, amounts: Floats, guide: Guide, screen: Screen, lanes: Lanes
) -> None:
    """Multiplies ``colour`` (H, W, 3), in place, by the ink's colour where its dots are.

    ``amounts``: (h, w, inks) of the guide's size, 0..1, the share of the paper to be covered.

    :raises Cancelled: the order is to stop
    """
    lanes.rows(_print, *colour.shape[:2], colour, amounts, guide.factor, single(screen))


@inlined
def sampled_amount(amounts: Floats, factor: Real, plane: int, x: Real, y: Real) -> Real:
    height, width = amounts.shape[:2]
    gx = min(max(x / factor - np.float32(0.5), np.float32(0.0)), np.float32(width - 1))
    gy = min(max(y / factor - np.float32(0.5), np.float32(0.0)), np.float32(height - 1))
    left, top = int(gx), int(gy)
    right, bottom = min(left + 1, width - 1), min(top + 1, height - 1)
    fx, fy = gx - np.float32(left), gy - np.float32(top)
    upper = amounts[top, left, plane] * (np.float32(1.0) - fx) + amounts[top, right, plane] * fx
    lower = (
        amounts[bottom, left, plane] * (np.float32(1.0) - fx) + amounts[bottom, right, plane] * fx
    )
    return upper * (np.float32(1.0) - fy) + lower * fy


@inlined
def _dots(
    amounts: Floats, factor: Real, screen: Screen, cosine: Real, sine: Real, x: Real, y: Real
) -> Real:
    """Coverage by the nine dots around. A dot's area is the amount; beyond what a circle in its
    cell can cover, dots overlap and leave round holes."""
    u = (x * cosine + y * sine) / screen.period
    v = (y * cosine - x * sine) / screen.period
    cu, cv = np.floor(u), np.floor(v)
    best = np.float32(-1e9)
    for dv in range(-1, 2):
        for du in range(-1, 2):
            mu, mv = cu + du + np.float32(0.5), cv + dv + np.float32(0.5)
            mx = (mu * cosine - mv * sine) * screen.period
            my = (mu * sine + mv * cosine) * screen.period
            amount = sampled_amount(amounts, factor, screen.plane, mx, my)
            if amount < 0.01:
                continue
            radius = np.sqrt(amount / np.float32(np.pi))
            if amount > _TOUCHING:
                over = (amount - np.float32(_TOUCHING)) / np.float32(1.0 - _TOUCHING)
                radius += np.float32(_LAST_GROWTH) * over * over * over
            distance = np.sqrt((u - mu) * (u - mu) + (v - mv) * (v - mv))
            best = max(best, (radius - distance) * screen.period)
    return clamped(best + np.float32(0.5))


@inlined
def _grains(amounts: Floats, factor: Real, screen: Screen, x: Real, y: Real) -> Real:
    amount = sampled_amount(amounts, factor, screen.plane, x, y)
    gx, gy = x / screen.grain, y / screen.grain
    fine = smooth_noise(gx, gy, screen.salt) + smooth_noise(
        gx * np.float32(1.7) + np.float32(31.0), gy * np.float32(1.7), screen.salt + 1
    )
    # The sum of two is denser in the middle: made uniform, so that tones come out as they are.
    level = np.float32(0.5) * fine
    level = level * level * (np.float32(3.0) - np.float32(2.0) * level)
    level = level * level * (np.float32(3.0) - np.float32(2.0) * level)
    return clamped((amount - level) * screen.crisp + np.float32(0.5))


@kernel
def _print(
    start: int, stop: int, flag: Flag, serial: int, colour: Floats, amounts: Floats, factor: Real,
    screen: Screen,
) -> None:  # fmt: skip
    cosine, sine = np.float32(np.cos(screen.angle)), np.float32(np.sin(screen.angle))
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(colour.shape[1]):
            px = np.float32(x) + np.float32(0.5) + screen.shift_x
            py = np.float32(y) + np.float32(0.5) + screen.shift_y
            if screen.grain > 0.0:
                cover = _grains(amounts, factor, screen, px, py)
            else:
                cover = _dots(amounts, factor, screen, cosine, sine, px, py)
            if screen.fade > 0.0 and cover > 0.0:
                uneven = smooth_noise(
                    px * np.float32(0.013), py * np.float32(0.009), screen.salt + 7
                )
                speck = uniform(x, y, screen.salt + 8)
                cover *= np.float32(1.0) - screen.fade * (
                    uneven * np.float32(0.6) + speck * np.float32(0.6)
                )
            for c in range(3):
                colour[y, x, c] *= np.float32(1.0) - cover * (np.float32(1.0) - screen.ink[c])
