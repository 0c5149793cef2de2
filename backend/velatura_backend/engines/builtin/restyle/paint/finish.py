"""What light and paper make of the paint."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...patchmatch.kernels import Flag, Floats, Real, inlined, kernel
from ...patchmatch.lanes import Lanes
from .marks import Canvas
from .noise import clamped, paper_noise, smooth_noise, uniform
from .single import single


class Surface(NamedTuple):
    """``relief``: how much the paint's height catches the light. ``tooth``: how much the paper
    shows as light and dark, ``grain`` its size in pixels. ``weave``: of canvas instead of paper.
    """

    relief: float = 0.0
    tooth: float = 0.0
    grain: float = 3.0
    weave: bool = False
    salt: int = 0


def finish(canvas: Canvas, surface: Surface, lanes: Lanes) -> None:
    """Light from the upper left over the canvas, in place.

    :raises Cancelled: the order is to stop
    """
    height, width = canvas.height.shape
    lanes.rows(_light, height, width, canvas.colour, canvas.height, single(surface))


@kernel
def _light(
    start: int, stop: int, flag: Flag, serial: int, colour: Floats, height: Floats, surface: Surface
) -> None:
    rows, width = height.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        above, below = max(0, y - 1), min(rows - 1, y + 1)
        for x in range(width):
            left, right = max(0, x - 1), min(width - 1, x + 1)
            slope = height[y, right] - height[y, left] + height[below, x] - height[above, x]
            light = surface.relief * min(max(slope, np.float32(-0.9)), np.float32(0.9))
            if surface.tooth > 0.0:
                light += surface.tooth * (_tooth(surface, x, y) - np.float32(0.5))
            for c in range(3):
                value = colour[y, x, c]
                # Highlights and shadows both fade towards black and white, as on real paint.
                room = np.float32(0.25) + value * (np.float32(1.0) - value) * np.float32(2.4)
                value += light * room
                colour[y, x, c] = clamped(value)


@inlined
def _tooth(surface: Surface, x: int, y: int) -> Real:
    gx, gy = np.float32(x) / surface.grain, np.float32(y) / surface.grain
    if not surface.weave:
        return paper_noise(gx, gy, surface.salt)
    warp = np.sin(gx * np.float32(3.1)) * np.float32(0.25)
    weft = np.sin(gy * np.float32(3.1)) * np.float32(0.25)
    return np.float32(0.5) + warp * weft * np.float32(4.0) * smooth_noise(
        gx * 0.3, gy * 0.3, surface.salt
    )


@kernel
def _dry(
    start: int, stop: int, flag: Flag, serial: int, paint: Floats, colour: Floats, surface: Surface,
    cover: Real,
) -> None:  # fmt: skip
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(colour.shape[1]):
            tooth = _tooth(surface, x, y) + np.float32(0.12) * (
                uniform(x, y, surface.salt + 9) - np.float32(0.5)
            )
            share = (cover - tooth) * np.float32(7.0) + np.float32(0.5)
            share = clamped(share)
            for c in range(3):
                colour[y, x, c] += share * (paint[y, x, c] - colour[y, x, c])


def drag_over(canvas: Canvas, paint: Canvas, surface: Surface, cover: float, lanes: Lanes) -> None:
    """Lays ``paint`` over the canvas where the paper's tooth takes it: dry media. ``cover``: 0
    nothing, about 0.9 all of it.

    :raises Cancelled: the order is to stop
    """
    height, width = canvas.height.shape
    lanes.rows(_dry, height, width, paint.colour, canvas.colour, single(surface), np.float32(cover))
