"""Watercolour: washes that dry darker at their edges, on paper with a grain.

Pigment density as in Bousseau et al., Interactive watercolor rendering with temporal coherence and
abstraction, NPAR 2006: a colour c under density d becomes c - (c - c²)(d - 1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...arrays import copied
from ...patchmatch.kernels import Flag, Floats, kernel
from ...patchmatch.lanes import Lanes
from .marks import Canvas
from .noise import clamped, paper_noise, smooth_noise
from .single import single


class Wash(NamedTuple):
    """``rim``: how much darker washes dry at their edges, ``reach`` pixels wide; ``grain``: of the
    paper, in pixels, and ``granulation``: how much pigment settles in it; ``flow``: uneven density
    over wide areas; ``light``: thinner paint than the picture's colours."""

    rim: float
    reach: float
    grain: float
    granulation: float
    flow: float
    light: float
    salt: int = 0


def dry(canvas: Canvas, wash: Wash, lanes: Lanes) -> None:
    """Turns flat colours on the canvas into dried washes, in place.

    :raises Cancelled: the order is to stop
    """
    height, width = canvas.height.shape
    flat = copied(canvas.colour, lanes)
    lanes.rows(_dry, height, width * 2, flat, canvas.colour, single(wash))


@kernel
def _dry(
    start: int, stop: int, flag: Flag, serial: int, flat: Floats, colour: Floats, wash: Wash
) -> None:
    height, width = flat.shape[:2]
    steps = 2
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            px, py = np.float32(x), np.float32(y)
            rim = np.float32(0.0)
            tone = flat[y, x, 0] + flat[y, x, 1] + flat[y, x, 2]
            for k in range(8):
                angle = np.float32(k) * np.float32(0.7854)
                for step in range(1, steps + 1):
                    reach = wash.reach * np.float32(step) / np.float32(steps)
                    sx = min(max(int(px + np.cos(angle) * reach + np.float32(0.5)), 0), width - 1)
                    sy = min(max(int(py + np.sin(angle) * reach + np.float32(0.5)), 0), height - 1)
                    other = flat[sy, sx, 0] + flat[sy, sx, 1] + flat[sy, sx, 2]
                    # Pigment gathers on the darker side of an edge only.
                    step_up = min(max(other - tone, np.float32(0.0)), np.float32(0.9))
                    rim += step_up / np.float32(step)
            paper = paper_noise(px / wash.grain, py / wash.grain, wash.salt) - np.float32(0.5)
            wide = np.float32(14.0) * wash.grain
            cloud = paper_noise(px / wide, py / wide, wash.salt + 5) - np.float32(0.5)
            bloom = smooth_noise(px / (wide * 2), py / (wide * 2), wash.salt + 11)
            density = np.float32(1.0) + wash.rim * min(rim * np.float32(0.12), np.float32(1.0))
            density += (
                wash.flow * cloud * np.float32(2.0) * (np.float32(0.6) + np.float32(0.8) * bloom)
            )
            density += wash.granulation * paper * np.float32(2.0)
            for c in range(3):
                value = flat[y, x, c]
                value += wash.light * (np.float32(1.0) - value)
                value -= (value - value * value) * (density - np.float32(1.0))
                light = np.float32(0.02) * paper
                colour[y, x, c] = clamped(value + light)
