"""The denoise mask: how much of the denoising may change each pixel (differential diffusion, Levin
and Fried 2023), made of the mask M that will show and apart from it.

Nothing outside M shows, so a soft edge outside of M would be cut off in its middle: what was half
repainted would end at a pixel's border against what was not. So the edge is soft *inside* M, over
the pre-fill, which continues what is around; outside, as much is painted as the latents need.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...base import FloatMask
from ...builtin.patchmatch.lanes import Lanes
from ...builtin.patchmatch.regions import depth_inside
from .islands import deepest
from .plan import Edge

BoolMask = NDArray[np.bool_]

_SNAP = 0.99
_AT_EDGE = 0.5
"""What M's outline itself gets: half of the steps see what is there, half make it one with the
rest."""

_MOST_OF_DEPTH = 0.5
"""Of how deep an island of the mask is, what its soft edge may take: its middle is all painted."""


def denoise_mask(mask: FloatMask, edge: Edge, lanes: Lanes) -> FloatMask:
    """``mask``: M, (height, width) in 0..1; ``edge`` in its pixels. 0 where M and what is painted
    beyond it end; 1 in the middle of each of M's islands.

    Where M is soft, the edge is where M begins: what shows by a tenth is painted like the rest.
    """
    inside: BoolMask = lanes.over(lambda band: band > 0.0, mask)
    if not inside.any():
        return np.zeros_like(mask)
    if inside.all():
        return lanes.over(np.ones_like, mask)
    rising = _within(inside, edge.inside, lanes)
    if edge.outside >= 1.0:
        rising = lanes.over(np.where, inside, rising, _beyond(inside, edge, lanes))
    return lanes.over(_snapped, rising)


def _snapped(rising: FloatMask) -> FloatMask:
    return np.where(rising > _SNAP, np.float32(1.0), rising).astype(np.float32, copy=False)


def _at_edge(edge: Edge) -> float:
    """Without a soft edge all of M is painted alike."""
    return _AT_EDGE if edge.inside > 0.0 else 1.0


def _within(inside: BoolMask, width: float, lanes: Lanes) -> FloatMask:
    """From the value at the outline up to 1."""
    if width <= 0.0:
        return lanes.over(lambda band: band.astype(np.float32), inside)
    depth = depth_inside(inside, lanes)

    def rising(inside: BoolMask, depth: FloatMask, most: FloatMask) -> FloatMask:
        reach = np.minimum(width, _MOST_OF_DEPTH * most)
        share = np.clip(depth / np.maximum(reach, 1.0), 0.0, 1.0)
        risen = _AT_EDGE + (1.0 - _AT_EDGE) * share
        return np.where(inside, risen, 0.0).astype(np.float32)

    return lanes.over(rising, inside, depth, deepest(inside, depth, lanes))


def _beyond(inside: BoolMask, edge: Edge, lanes: Lanes) -> FloatMask:
    """From the outline's value down to 0, over ``edge.outside``."""
    distance = depth_inside(lanes.over(np.logical_not, inside), lanes)

    def falling(distance: FloatMask) -> FloatMask:
        share = np.clip(1.0 - (distance - 0.5) / (edge.outside + 0.5), 0.0, 1.0)
        return (_at_edge(edge) * share).astype(np.float32)

    return lanes.over(falling, distance)
