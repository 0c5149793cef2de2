"""Enlarges a picture by the built-in networks, then lets the model paint over it tile by tile."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size

from ....imaging.arrays import size_of
from ....imaging.banded import Check, copied_in_bands, in_bands, row_bands
from ....imaging.resize import resize
from ...base import EngineEvent, EngineProgress, EngineResult, FloatImage, FloatMask
from ..painting.contract import RgbImage
from ..quality.canvas import beyond, canvas_of, to_crop
from ..quality.enlarging import resized, resized_crop
from ..quality.frames import into_frame, mask_into_frame, unpadded, window
from ..quality.tiles import Tile, overlap_for, rows_of, tiles_for, with_tones_of
from .paint_order import DEFAULT_SCALE, PaintOrder, Share

_ENLARGED = 0.1


def enlarged(paint_order: PaintOrder) -> Iterator[EngineEvent]:
    """``task.scale`` (default 2) times as large; tones and transparency are the picture's."""
    task = paint_order.task
    paint_order.check(Phase.ENCODING)
    before = size_of(task.image)
    scale = task.scale if task.scale is not None else DEFAULT_SCALE
    size = Size(max(1, round(before.width * scale)), max(1, round(before.height * scale)))
    if size.width <= before.width and size.height <= before.height:
        base = resize(task.image, size, check=_check(paint_order))
    else:
        base = resized_crop(task.image, size, paint_order.context)
    yield EngineProgress(Phase.ENCODING, _ENLARGED)
    strength = paint_order.options.refine * task.strength
    if strength <= 0.0:
        yield EngineResult(base)
        return
    refined = yield from _refined(paint_order, base, strength)
    yield paint_order.findings.result(refined)


def _refined(
    paint_order: PaintOrder, base: FloatImage, strength: float
) -> Generator[EngineEvent, None, FloatImage]:
    check = _check(paint_order)
    canvas = canvas_of(base, check)
    colours = copied_in_bands(check, canvas.colours)
    overlap = overlap_for(strength, paint_order.options.overlap)
    tiles = tiles_for(size_of(base), paint_order.painter.traits, overlap)
    left = Share(_ENLARGED, 1.0 - _ENLARGED)
    for number, (tile, start, length) in enumerate(rows_of(tiles)):
        painted = yield from _painted(
            paint_order, tile, colours, left.part(start, length), strength, number
        )
        place = window(tile.frame.region)
        held = with_tones_of(painted, canvas.colours[place], check)
        _mix_in(colours[place], held, tile.mask, check)
    return in_bands(check, _finished, colours, base)


def _check(paint_order: PaintOrder) -> Check:
    return lambda: paint_order.check(Phase.DECODING)


def _mix_in(goal: RgbImage, tile: RgbImage, mask: FloatMask, check: Check) -> None:
    for rows in row_bands(*mask.shape):
        check()
        goal[rows] += mask[rows][..., None] * (tile[rows] - goal[rows])


def _finished(colours: RgbImage, base: FloatImage) -> FloatImage:
    made = to_crop(colours, np.clip(base[..., -1], 0.0, 1.0), base.shape[2])
    made[..., :-1] += beyond(base)
    return made


def _painted(
    paint_order: PaintOrder,
    tile: Tile,
    colours: RgbImage,
    share: Share,
    strength: float,
    number: int,
) -> Generator[EngineEvent, None, RgbImage]:
    frame = tile.frame
    check = _check(paint_order)
    image = into_frame(frame, colours[window(frame.region)], check)
    mask = None
    if not bool((tile.mask == 1.0).all()):
        mask = mask_into_frame(frame, tile.mask, check)
    painted = yield from paint_order.paint(frame, share, image, mask, strength, seed=number)
    return resized(unpadded(frame, painted), frame.region.size, paint_order.context)
