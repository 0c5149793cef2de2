"""A pass of fewer pixels than asked for, and back: what is done when nothing else makes room."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from velatura_protocol.geometry import Size

from ....imaging.resize import Filter, resize, resize_mask
from ..painting.contract import Painted, PaintEvent, PaintRequest, RgbImage


def shrunk(request: PaintRequest, share: float, multiple: int) -> PaintRequest:
    """The same with about ``share`` of the pixels, sides multiples of ``multiple`` and never none.
    References keep their sizes: they are no part of the pass."""
    if share >= 1.0:
        return request
    height, width = _side(request.height, share, multiple), _side(request.width, share, multiple)
    return brought_to(request, Size(width=width, height=height))


def fitted(request: PaintRequest, area: int) -> PaintRequest:
    """The same in about so many pixels, sides multiples of 32, as pipelines with an area of their
    own reckon; 0: as it is."""
    if not area:
        return request
    ratio = request.width / request.height
    width = math.sqrt(area * ratio)
    sides = Size(width=round(width / 32) * 32, height=round(width / ratio / 32) * 32)
    return brought_to(request, sides)


def brought_to(request: PaintRequest, size: Size) -> PaintRequest:
    return replace(
        request,
        height=size.height,
        width=size.width,
        image=None if request.image is None else resized(request.image, size),
        mask=None if request.mask is None else resize_mask(request.mask, size, Filter.BOX),
        controls=tuple(replace(each, image=resized(each.image, size)) for each in request.controls),
    )


def enlarged_to(request: PaintRequest, event: PaintEvent) -> PaintEvent:
    """``event`` of a smaller pass, its picture in the request's size."""
    if not isinstance(event, Painted) or event.image.shape[:2] == (request.height, request.width):
        return event
    size = Size(request.width, request.height)
    siblings = tuple((seed, resized(image, size)) for seed, image in event.siblings)
    layers = tuple(resize(each, size) for each in event.layers)
    return replace(event, image=resized(event.image, size), siblings=siblings, layers=layers)


def resized(image: RgbImage, size: Size) -> RgbImage:
    """(height, width, 3) float32 at another size; overshoots as Lanczos does."""
    opaque = np.ones((*image.shape[:2], 1), np.float32)
    return resize(np.concatenate([image, opaque], axis=-1), size)[..., :3]


def _side(side: int, share: float, multiple: int) -> int:
    return max(multiple, round(side * math.sqrt(share) / multiple) * multiple)
