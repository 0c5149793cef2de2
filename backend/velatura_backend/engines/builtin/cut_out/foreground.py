"""The subject's own colours along its soft edges, without the background's: multi-level estimation
(Germer, Uelwer, Conrad, Harmeling, Fast Multi-Level Foreground Estimation, ICPR 2020).

Minimises (a F + (1 - a) B - I)² plus the steps in F and in B, weighed more where alpha steps, from
one pixel up to the full size.
"""

from __future__ import annotations

import numpy as np

from ..patchmatch.kernels import Flag, Floats, kernel
from ..patchmatch.lanes import Lanes
from .sampling import Size, doubled, halved, shrunk

HARDLY = 1.0 / 255.0
_FIRMNESS = 0.05
_SMOOTH = 1e-5
_STEP_COUNTS = 1.0
_FINE_ROUNDS = 3
_COARSE_ROUNDS = 10
_COARSE_SIDE = 32


@kernel
def _improve(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    parity: int,
    image: Floats,
    alpha: Floats,
    subject: Floats,
    behind: Floats,
) -> None:
    """Solves each pixel of one colour of the chessboard for its F and B, neighbours held."""
    height, width, channels = image.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range((y + parity) % 2, width, 2):
            a = alpha[y, x]
            rest = np.float32(1.0) - a
            ff, fb, bb = a * a, a * rest, rest * rest
            for side in range(4):
                ny = min(max(y + (side == 1) - (side == 0), 0), height - 1)
                nx = min(max(x + (side == 3) - (side == 2), 0), width - 1)
                tie = np.float32(_SMOOTH) + np.float32(_STEP_COUNTS) * abs(a - alpha[ny, nx])
                ff, bb = ff + tie, bb + tie
            scale = np.float32(1.0) / (ff * bb - fb * fb)
            for c in range(channels):
                f, b = a * image[y, x, c], rest * image[y, x, c]
                for side in range(4):
                    ny = min(max(y + (side == 1) - (side == 0), 0), height - 1)
                    nx = min(max(x + (side == 3) - (side == 2), 0), width - 1)
                    tie = np.float32(_SMOOTH) + np.float32(_STEP_COUNTS) * abs(a - alpha[ny, nx])
                    f += tie * subject[ny, nx, c]
                    b += tie * behind[ny, nx, c]
                subject[y, x, c] = (bb * f - fb * b) * scale
                behind[y, x, c] = (ff * b - fb * f) * scale


@kernel
def _settle(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    alpha: Floats,
    subject: Floats,
    behind: Floats,
    out: Floats,
) -> None:
    """Where alpha is soft ``out`` becomes the subject's colour: what is estimated, moved as little
    as makes the mixture the pixel's."""
    height, width = alpha.shape
    rows, columns, channels = subject.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        v = min(y * rows // height, rows - 1)
        for x in range(width):
            a = alpha[y, x]
            if a <= np.float32(HARDLY) or a >= np.float32(1.0 - HARDLY):
                continue
            u, rest = min(x * columns // width, columns - 1), np.float32(1.0) - a
            share = a / (a * a + rest * rest + np.float32(_FIRMNESS))
            for c in range(channels):
                miss = image[y, x, c] - a * subject[v, u, c] - rest * behind[v, u, c]
                value = subject[v, u, c] + share * miss
                low, high = (
                    min(image[y, x, c], np.float32(0.0)),
                    max(image[y, x, c], np.float32(1.0)),
                )
                out[y, x, c] = min(max(value, low), high)


def own_colours(colours: Floats, alpha: Floats, size: Size, result: Floats, lanes: Lanes) -> None:
    """Writes the subject's own colours into ``result`` wherever alpha is soft. Where nothing of the
    subject is seen the picture stays: painting the mask brings it back.

    ``colours``: (H, W, c), finite. ``size``: (height, width) in which they are estimated.
    """
    subject, behind = _level(shrunk(colours, size, lanes), shrunk(alpha, size, lanes), lanes)
    lanes.rows(_settle, *alpha.shape, colours, alpha, subject, behind, result)


def _level(image: Floats, alpha: Floats, lanes: Lanes) -> tuple[Floats, Floats]:
    height, width = alpha.shape
    rounds = _FINE_ROUNDS if min(height, width) > _COARSE_SIDE else _COARSE_ROUNDS
    if height * width == 1:
        return image.copy(), image.copy()
    small = _level(halved(image, lanes), halved(alpha, lanes), lanes)
    subject, behind = (doubled(each, (height, width), lanes) for each in small)
    for turn in range(2 * rounds):
        lanes.rows(_improve, height, width, turn % 2, image, alpha, subject, behind)
    return subject, behind
