"""Results that are made of several layers over one another, under one M."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np

from velatura_protocol.messages import Patch

from ...engines.base import FloatMask


def stacked_masks(shown: Sequence[FloatMask], weights: FloatMask) -> tuple[FloatMask, ...]:
    """A mask for each layer, from bottom to top, by which all of them laid over the document are
    the document cross-faded by M with what they are without one.

    ``shown``: how much of each there is; ``weights``: M. Their products would not do: half of a
    layer over half of the one below lets only a quarter of the document through, and the lower one
    shows as a fringe along every soft edge. With the share w of a layer in the whole stack and s,
    that of all above it, the mask is m·w / (1 - m·s); where M is 1 that is what there is of the
    layer, where it is 0 nothing.
    """
    masks: list[FloatMask] = []
    above, through = np.zeros_like(weights), np.ones_like(weights)
    whole = weights >= 1.0
    for each in reversed(shown):
        share = each * through
        left = np.where(whole, np.float32(1.0), 1.0 - weights * above)
        made = np.where(whole, each, weights * share / left)
        masks.append(np.clip(made, 0.0, 1.0).astype(np.float32))
        above, through = above + share, through * (1.0 - each)
    return tuple(reversed(masks))


def by_layer(crops: Sequence[Sequence[Patch]]) -> Iterator[tuple[Patch, ...]]:
    """``crops``: each one's patches from bottom to top. The patches of each layer: of a crop that
    came in one piece all lie in the lowest."""
    for patches in zip_longest(*crops):
        yield tuple(patch for patch in patches if patch is not None)
