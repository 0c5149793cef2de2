"""The separate places of a mask, found band by band: a look at a cancel between two of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ....imaging.banded import row_bands
from ...base import FloatMask
from ...builtin.patchmatch.lanes import Lanes

BoolMask = NDArray[np.bool_]
Labels = NDArray[np.int32]

_TOUCHING = np.ones((3, 3), np.int8)


def deepest(inside: BoolMask, depth: FloatMask, lanes: Lanes) -> FloatMask:
    """Of each pixel of ``inside`` (height, width) the largest ``depth`` on its island, whose pixels
    touch by sides or corners; 1 outside."""
    labels = np.empty(inside.shape, np.int32)
    bands = row_bands(*inside.shape)
    count = 0
    touching: list[NDArray[np.int32]] = []
    for rows in bands:
        lanes.check()
        count += _label(inside[rows], count, labels[rows])
        if rows.start:
            touching.append(_pairs(labels[rows.start - 1], labels[rows.start]))
    most = np.zeros(count + 1, np.float32)
    for rows in bands:
        lanes.check()
        np.maximum.at(most, labels[rows].ravel(), depth[rows].ravel())
    island = _islands(count + 1, touching)
    over_all = np.zeros(int(island.max()) + 1, np.float32)
    np.maximum.at(over_all, island, most)
    values = over_all[island]
    values[0] = 1.0
    return lanes.over(lambda band: values[band], labels)


def _label(inside: BoolMask, before: int, labels: Labels) -> int:
    """Numbers ``labels`` from ``before`` + 1 on, 0 outside; how many there are."""
    ndimage.label(inside, structure=_TOUCHING, output=labels)
    count = int(labels.max(initial=0))
    labels[labels > 0] += before
    return count


def _pairs(above: Labels, below: Labels) -> NDArray[np.int32]:
    """(pairs, 2) of labels in two rows that touch, each pair once."""
    found = [np.stack([above, below], 1)]
    found += [np.stack([above[1:], below[:-1]], 1), np.stack([above[:-1], below[1:]], 1)]
    pairs = np.concatenate(found)
    return np.unique(pairs[(pairs > 0).all(axis=1)], axis=0)


def _islands(count: int, touching: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """(count,) which labels are one island."""
    pairs = np.concatenate(touching) if touching else np.empty((0, 2), np.int32)
    one = np.ones(len(pairs), np.int8)
    graph = coo_array((one, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1]
