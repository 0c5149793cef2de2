"""The denoise mask: how much of the denoising may change each pixel (differential diffusion, Levin
and Fried 2023), made of the mask M that will show and apart from it.

Nothing outside M shows, so a soft edge outside of M would be cut off in its middle: what was half
repainted would end at a pixel's border against what was not. So the edge is soft *inside* M, over
the pre-fill, which continues what is around; outside, as much is painted as the latents need.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ...base import FloatMask
from ...builtin.patchmatch.lanes import Lanes
from ...builtin.patchmatch.regions import depth_inside
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
    inside: BoolMask = mask > 0.0
    if not inside.any():
        return np.zeros_like(mask)
    if inside.all():
        return np.ones_like(mask)
    rising = _within(inside, edge.inside, lanes)
    if edge.outside >= 1.0:
        falling = _beyond(inside, edge, lanes)
        lanes.check()
        rising = np.where(inside, rising, falling)
    lanes.check()
    return np.where(rising > _SNAP, np.float32(1.0), rising).astype(np.float32, copy=False)


def _at_edge(edge: Edge) -> float:
    """Without a soft edge all of M is painted alike."""
    return _AT_EDGE if edge.inside > 0.0 else 1.0


def _within(inside: BoolMask, width: float, lanes: Lanes) -> FloatMask:
    """From the value at the outline up to 1."""
    if width <= 0.0:
        return inside.astype(np.float32)
    depth = depth_inside(inside, lanes)
    lanes.check()
    reach = np.minimum(width, _MOST_OF_DEPTH * _island_depth(inside, depth, lanes))
    lanes.check()
    share = np.clip(depth / np.maximum(reach, 1.0), 0.0, 1.0)
    lanes.check()
    rising = _AT_EDGE + (1.0 - _AT_EDGE) * share
    return np.where(inside, rising, 0.0).astype(np.float32)


def _island_depth(inside: BoolMask, depth: FloatMask, lanes: Lanes) -> FloatMask:
    """Of each pixel's island, how deep it is at its deepest."""
    labels = np.empty(inside.shape, np.int32)
    ndimage.label(inside, structure=np.ones((3, 3)), output=labels)
    lanes.check()
    places = ndimage.find_objects(labels)
    deepest: list[np.float32] = []
    for number, place in enumerate(places, start=1):
        lanes.check()
        deepest.append(depth[place][labels[place] == number].max())
    lanes.check()
    return np.array([1.0, *deepest], np.float32)[labels]


def _beyond(inside: BoolMask, edge: Edge, lanes: Lanes) -> FloatMask:
    """From the outline's value down to 0, over ``edge.outside``."""
    distance = depth_inside(~inside, lanes)
    lanes.check()
    share = np.clip(1.0 - (distance - 0.5) / (edge.outside + 0.5), 0.0, 1.0)
    return (_at_edge(edge) * share).astype(np.float32)
