"""Hatching: parallel lines that swell with the darkness under them, and break now and then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...patchmatch.kernels import Flag, Floats, Real, kernel
from ...patchmatch.lanes import Lanes
from .noise import clamped, paper_noise, smooth_noise, uniform
from .screens import sampled_amount
from .single import single


class Hatching(NamedTuple):
    """Lengths in pixels. Lines begin where the amount exceeds ``least`` and have their full
    ``width`` at ``most``; ``run``: how long one is drawn without lifting; ``stray``: how much a
    line's beginning varies, in amounts; ``wobble``: of its course. ``tooth``: how much the paper
    breaks it, ``grain`` the paper's size. ``ink``: its transmittance.
    """

    angle: float
    period: float
    width: float
    least: float
    most: float
    ink: tuple[float, float, float]
    run: float = 40.0
    stray: float = 0.12
    wobble: float = 1.5
    tooth: float = 0.0
    grain: float = 2.0
    opacity: float = 1.0
    salt: int = 0


def hatch(
    colour: Floats, amounts: Floats, plane: int, factor: Real, hatching: Hatching, lanes: Lanes
) -> None:
    """Draws on ``colour`` (H, W, 3), in place, after ``amounts`` (h, w, planes) at 1/factor.

    :raises Cancelled: the order is to stop
    """
    lanes.rows(_hatch, *colour.shape[:2], colour, amounts, plane, factor, single(hatching))


@kernel
def _hatch(
    start: int, stop: int, flag: Flag, serial: int, colour: Floats, amounts: Floats, plane: int,
    factor: Real, hatching: Hatching,
) -> None:  # fmt: skip
    cosine, sine = np.float32(np.cos(hatching.angle)), np.float32(np.sin(hatching.angle))
    salt = hatching.salt * 32
    wide = np.float32(1.0) / (hatching.run * np.float32(1.3))
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(colour.shape[1]):
            px, py = np.float32(x) + np.float32(0.5), np.float32(y) + np.float32(0.5)
            u = px * cosine + py * sine
            v = py * cosine - px * sine
            v += hatching.wobble * (smooth_noise(u * wide, v * wide, salt) - np.float32(0.5))
            amount = sampled_amount(amounts, factor, plane, px, py)
            if amount <= hatching.least - hatching.stray:
                continue
            cover = np.float32(0.0)
            middle = int(np.floor(v / hatching.period))
            for line in range(middle - 1, middle + 2):
                offset = np.float32(0.35) * (uniform(line, 0, salt + 1) - np.float32(0.5))
                place = (np.float32(line) + np.float32(0.5) + offset) * hatching.period
                run = u / hatching.run + np.float32(7.0) * uniform(line, 0, salt + 2)
                piece = int(np.floor(run))
                part = run - np.float32(piece)
                stray = hatching.stray * (uniform(line, piece, salt + 3) - np.float32(0.5))
                level = (amount - hatching.least - stray) / (hatching.most - hatching.least)
                if level <= 0.0:
                    continue
                # Each piece is pressed in its middle and lifted at its ends.
                press = min(
                    np.float32(1.0),
                    np.float32(8.0) * part * (np.float32(1.0) - part) + np.float32(0.25),
                )
                half = (
                    np.float32(0.5) * hatching.width * min(np.float32(1.0), np.sqrt(level)) * press
                )
                lean = (uniform(line, piece, salt + 4) - np.float32(0.5)) * np.float32(0.5)
                away = abs(v - place - lean * (part - np.float32(0.5)) * hatching.period)
                full = min(np.float32(1.0), half * np.float32(2.5))
                edge = clamped(half - away + np.float32(0.5))
                cover = max(cover, edge * full)
            if cover <= 0.0:
                continue
            if hatching.tooth > 0.0:
                paper = paper_noise(px / hatching.grain, py / hatching.grain, 3)
                cover *= np.float32(1.0) - hatching.tooth * clamped(
                    (paper - np.float32(0.35)) * np.float32(4.0)
                )
            cover *= hatching.opacity
            for c in range(3):
                colour[y, x, c] *= np.float32(1.0) - cover * (np.float32(1.0) - hatching.ink[c])
