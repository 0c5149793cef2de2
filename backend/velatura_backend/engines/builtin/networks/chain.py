"""Which networks follow one another to reach a factor, and the exact resample behind them."""

from __future__ import annotations

from velatura_protocol.geometry import Size

from ....imaging.arrays import size_of
from ....imaging.banded import all_in_bands
from ....imaging.resize import resized_strips
from ...base import FloatImage
from .models import ModelName, load_model
from .stage import TILE, Picture, Stage, through
from .workers import NetworkWorkers


def models_for(factor: float) -> tuple[ModelName, ...]:
    """The fewest that reach ``factor`` or go beyond it."""
    if factor <= 2.0:
        return (ModelName.FAST_2,)
    return (ModelName.FAST_2, *models_for(factor / 2.0))


def enlarged(
    image: FloatImage, wanted: Size, passes: int, workers: NetworkWorkers, tile: int = TILE
) -> Picture:
    """``image`` in the size wanted, which is larger on a side at least. ``passes`` of
    back-projection after each network."""
    before = size_of(image)
    opaque = all_in_bands(workers.check, lambda band: band[..., -1] == 1.0, image)
    picture = Picture(iter((image,)), before.height, before.width, image.shape[2])
    factor = max(wanted.width / before.width, wanted.height / before.height)
    for name in models_for(factor):
        stage = Stage(load_model(name), passes, tile=tile, opaque=opaque)
        picture = through(picture, stage, workers)
    size = Size(picture.width, picture.height)
    if size == wanted:
        return picture
    strips = resized_strips(picture.strips, size, wanted)
    return Picture(strips, wanted.height, wanted.width, picture.channels)
