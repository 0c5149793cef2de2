"""Subjects that are seen through all over, as glass and veils are.

Nothing in one picture tells how clear a body is, so the user does. Where it is denser it differs
more from the background, which goes on behind it as it is around; what is left of its mean colour
without that is its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...base import FloatImage, FloatMask
from ..patchmatch.kernels import Flag, Floats, kernel
from ..patchmatch.lanes import Lanes
from ..restyle.paint.blur import blurred
from .sampling import enlarged, shrunk
from .scales import Work

_WINDOW = 0.02
"""Of the picture's side: sigma of what counts as near."""

_USUAL = 50.0
"""Percentile of how much the body differs from what is behind it, at which it is that clear."""

_BODY = 0.9
_WIDER = (1.0, 4.0, 16.0, 64.0)
_LEAST = 1e-3
_SOME = 0.2
_THINNEST = 0.05


@dataclass(frozen=True)
class Body:
    """``clear``: (h, w) 0..1 how much is seen through; ``colour``: (h, w, 3) the body's own. Both
    in the size the matte is solved in."""

    clear: Floats
    colour: Floats


def see_through(work: Work, matte: FloatMask, amount: float, lanes: Lanes) -> Body:
    """``amount``: 0..1, of the background that is seen at the clearest places.

    :raises Cancelled: the order is to stop
    """
    guide, inside = work.medium, shrunk(matte, work.medium_size, lanes)
    sigma = max(1.5, _WINDOW * float(np.sqrt(inside.size)))
    own = _mean(guide, inside, sigma, lanes)
    behind = _behind(guide, 1.0 - inside, sigma, lanes)
    differs = np.sqrt(np.square(own - behind).sum(axis=2))
    lanes.check()
    body = differs[inside > _BODY]
    usual = max(float(np.percentile(body, _USUAL)) if body.size else 0.0, 1e-4)
    dense = np.clip((1.0 - amount) * differs / usual, 1.0 - amount, 1.0)[..., None]
    lanes.check()
    colour = behind + (own - behind) / np.maximum(dense, _THINNEST)
    clear = np.ascontiguousarray(1.0 - dense[..., 0], np.float32)
    return Body(clear, np.clip(colour, 0.0, 1.0).astype(np.float32))


def thinned(matte: FloatMask, body: Body, lanes: Lanes) -> FloatMask:
    """The matte, as thin as the body is clear."""
    clear = enlarged(body.clear, (matte.shape[0], matte.shape[1]), lanes)
    return np.ascontiguousarray(matte * (1.0 - clear), np.float32)


def tint(result: FloatImage, body: Body, lanes: Lanes) -> None:
    """Gives the clear parts of ``result`` (H, W, 2 | 4) the body's own colour, in place."""
    lanes.rows(_tint, *result.shape[:2], body.clear, body.colour, result)


@kernel
def _tint(
    start: int, stop: int, flag: Flag, serial: int, clear: Floats, colour: Floats, result: Floats
) -> None:
    height, width, channels = result.shape
    rows, columns = clear.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        v = min(y * rows // height, rows - 1)
        for x in range(width):
            u = min(x * columns // width, columns - 1)
            share = min(clear[v, u] / np.float32(_SOME), np.float32(1.0))
            if share <= np.float32(0.0):
                continue
            for c in range(channels - 1):
                result[y, x, c] += share * (colour[v, u, c] - result[y, x, c])


def _mean(values: Floats, weight: Floats, sigma: float, lanes: Lanes) -> Floats:
    """Of what counts by ``weight``, around each pixel."""
    total = blurred(weight, sigma, lanes)
    planes = [blurred(values[..., c] * weight, sigma, lanes) for c in range(values.shape[2])]
    mean = np.stack(planes, axis=2) / np.maximum(total, _LEAST)[..., None]
    return np.asarray(mean, np.float32)


def _behind(guide: Floats, outside: Floats, sigma: float, lanes: Lanes) -> Floats:
    """The background's mean colour, carried on behind the subject: from as near as there is."""
    size = outside.shape
    small = (max(1, size[0] // 4), max(1, size[1] // 4))
    guide, outside = (
        shrunk(guide, small, lanes),
        shrunk(np.ascontiguousarray(outside), small, lanes),
    )
    colour, known = np.zeros_like(guide), np.zeros((*small, 1), np.float32)
    for wider in _WIDER:
        reach = max(1.0, sigma * wider / 4.0)
        near = np.clip(blurred(outside, reach, lanes) * 4.0, 0.0, 1.0)[..., None]
        share = (1.0 - known) * near
        colour += share * _mean(guide, outside, reach, lanes)
        known += share
    mean = _mean(guide, outside, float(max(small)), lanes)
    return enlarged(np.ascontiguousarray(colour + (1.0 - known) * mean, np.float32), size, lanes)
