"""What a model painted smaller than it is wanted, at its size."""

from __future__ import annotations

import math

import numpy as np

from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size

from ....imaging.banded import Check, in_bands, row_bands
from ....imaging.resize import Box, Filter, resampled
from ...base import EngineContext, FloatImage
from ...builtin.networks.chain import enlarged
from ...builtin.networks.workers import NetworkWorkers
from ..painting.contract import RgbImage

_WORTH_IT = 1.1
"""Below it a resample is as sharp as the networks that double."""

_PASSES = 1
"""Of back-projection: true to what was painted, which has no noise to be true to."""

_MARGIN = 8
"""Pixels around a part that its enlargement sees."""


def resized(image: RgbImage, size: Size, context: EngineContext) -> RgbImage:
    """(height, width, 3) at that size; enlarged by the built-in networks where that shows.

    :raises Cancelled: the order is to stop
    """
    return resized_part(image, size, Rect.of_size(size), context)


def resized_part(
    image: RgbImage, size: Size, part: Rect, context: EngineContext, most: int = 4
) -> RgbImage:
    """The ``part`` of what ``image`` is at ``size``; nothing else is made. The networks enlarge by
    at most ``most`` times, 2 or 4."""
    height, width = image.shape[:2]
    if (height, width) == (size.height, size.width):
        return image[part.y : part.bottom, part.x : part.right]
    down, across = height / size.height, width / size.width
    outer = _grown(part, down, across, height, width)
    inner = image[outer.y : outer.bottom, outer.x : outer.right]
    times = 1
    if 1.0 / min(down, across) > _WORTH_IT:
        times = 2 if most == 2 or 1.0 / min(down, across) <= 2.0 else 4
        inner = _enlarged(inner, Size(times * outer.width, times * outer.height), context)
    box = (
        times * (part.x * across - outer.x),
        times * (part.y * down - outer.y),
        times * (part.right * across - outer.x),
        times * (part.bottom * down - outer.y),
    )
    return resampled(inner, part.size, Filter.LANCZOS, _within(box, inner), _check(context))


def resized_crop(image: FloatImage, size: Size, context: EngineContext) -> FloatImage:
    """(height, width, 2 | 4) at a larger size, by the built-in networks."""
    with NetworkWorkers(context.threads, context.cancel) as workers:
        picture = enlarged(image, size, _PASSES, workers)
        made = np.empty((picture.height, picture.width, picture.channels), np.float32)
        top = 0
        for strip in picture.strips:
            for rows in row_bands(*strip.shape[:2]):
                workers.check()
                made[top + rows.start : top + rows.stop] = strip[rows]
            top += len(strip)
        return made


def _enlarged(image: RgbImage, size: Size, context: EngineContext) -> RgbImage:
    opaque = in_bands(_check(context), _opaque, image)
    return resized_crop(opaque, size, context)[..., :3]


def _opaque(image: RgbImage) -> FloatImage:
    return np.dstack([image, np.ones(image.shape[:2], np.float32)])


def _check(context: EngineContext) -> Check:
    def check() -> None:
        context.cancel.check(Phase.DECODING)

    return check


def _grown(part: Rect, down: float, across: float, height: int, width: int) -> Rect:
    """Where the part lies in the smaller picture, in whole pixels."""
    wanted = Rect.from_edges(
        math.floor(part.x * across),
        math.floor(part.y * down),
        math.ceil(part.right * across),
        math.ceil(part.bottom * down),
    )
    return wanted.grown(_MARGIN).intersection(Rect(0, 0, width, height))


def _within(box: Box, image: RgbImage) -> Box:
    left, top, right, bottom = box
    height, width = image.shape[:2]
    return max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom)
