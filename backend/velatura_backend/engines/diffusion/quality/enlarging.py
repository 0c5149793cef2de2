"""What a model painted smaller than it is wanted, at its size."""

from __future__ import annotations

import numpy as np

from velatura_protocol.geometry import Size

from ...base import EngineContext, FloatImage
from ...builtin.networks.chain import enlarged
from ...builtin.networks.workers import NetworkWorkers
from ..painting import RgbImage
from .frames import scaled

_WORTH_IT = 1.1
"""Below it a resample is as sharp as the networks that double."""

_PASSES = 1
"""Of back-projection: true to what was painted, which has no noise to be true to."""


def resized(image: RgbImage, size: Size, context: EngineContext) -> RgbImage:
    """(height, width, 3) at that size; enlarged by the built-in networks where that shows.

    :raises Cancelled: the order is to stop
    """
    height, width = image.shape[:2]
    if max(size.height / height, size.width / width) <= _WORTH_IT:
        return scaled(image, size)
    opaque = np.dstack([image, np.ones((height, width), np.float32)])
    return resized_crop(opaque, size, context)[..., :3]


def resized_crop(image: FloatImage, size: Size, context: EngineContext) -> FloatImage:
    """(height, width, 2 | 4) at a larger size, by the built-in networks."""
    with NetworkWorkers(context.threads, context.cancel) as workers:
        picture = enlarged(image, size, _PASSES, workers)
        return np.concatenate(list(picture.strips), axis=0)
