"""A work order's files as arrays: the crops an engine is to work on, each with its mask M."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.engines import EngineColour, EngineSpec
from velatura_protocol.errors import BadTask, MaskMismatch, NothingSelected
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, Pixels
from velatura_protocol.tasks import Operation, Role, Task

from ...engines.base import FloatImage, FloatMask
from ...imaging.arrays import Samples, view_samples
from ...imaging.masks import apply_edge, mask_from_image, quantised_mask, to_float_mask
from ..base import OrderInput, StoredBlob, WorkOrder
from .shading import Check, Shading, canvas_shading, foreign_shading

Mask8 = NDArray[np.uint8]
"""(height, width), 255 = edit: what hosts keep."""

_CROP_MASKS = (Role.EXCLUDE, Role.GUIDE, Role.PROTECT)
_PLACED = frozenset((Role.IMAGE, Role.MASK, Role.STROKES, *_CROP_MASKS))


@dataclass(frozen=True)
class Crop:
    """One place of the document: ``region`` is in the document's own pixels, without the margins of
    the task's canvas.

    ``mask`` is M as hosts keep it, (height, width) u8, or None where all of the crop is to show;
    ``weights`` is the same in float, ones without a mask. ``images``: colours drawn over
    the crop, in its size. ``shading`` leads back to the document.
    """

    region: Rect
    image: FloatImage
    mask: Mask8 | None
    weights: FloatMask
    masks: Mapping[str, FloatMask]
    images: Mapping[str, tuple[FloatImage, ...]]
    shading: Shading


def map_samples(blob: StoredBlob) -> Samples:
    """The file's pixels as a read-only array over the page cache.

    :raises ValueError: the file has not the length its format says
    """
    with blob.path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return view_samples(Pixels(blob.size, blob.format, memoryview(mapped)))


def read_crops(order: WorkOrder, check: Check) -> tuple[Crop, ...]:
    """Every crop with something to edit in it.

    :raises NothingSelected: there are masks, and all are empty
    :raises BadTask: the engine needs an image or a mask that is not there
    """
    images = [each for each in order.inputs if each.input.role == Role.IMAGE]
    if not images:
        return (_blank_crop(order),)
    crops = [_read_crop(order, image, check) for image in images]
    edited = tuple(crop for crop in crops if crop.mask is None or crop.mask.any())
    if not edited:
        raise NothingSelected()
    return edited


def read_images(order: WorkOrder, check: Check) -> Mapping[str, tuple[FloatImage, ...]]:
    """The inputs that belong to no crop (``style``, ``source``, …), by role, in order."""
    images: dict[str, tuple[FloatImage, ...]] = {}
    for each in order.inputs:
        role = each.input.role
        if role not in _PLACED:
            shading = _shading(order.task, order.engine, each)
            image = shading.to_engine(map_samples(each.blob), each.blob.format, check)
            images[role] = (*images.get(role, ()), image)
    return images


def _shading(task: Task, engine: EngineSpec, each: OrderInput) -> Shading:
    colour = each.input.colour or task.canvas.colour
    return foreign_shading(task.canvas, engine.colour, colour, each.blob.format)


def _read_crop(order: WorkOrder, image: OrderInput, check: Check) -> Crop:
    shading = _shading(order.task, order.engine, image)
    region = image.input.region
    masks: dict[str, Mask8] = {}
    for role in _CROP_MASKS:
        found = _mask(order, role, region, check)
        if found is not None:
            masks[role] = found
    made = _made_mask(order, region, masks.get(Role.PROTECT), check)
    check()
    margins = order.task.canvas.margins
    return Crop(
        region=region.translated(-margins.left, -margins.top),
        image=shading.to_engine(map_samples(image.blob), image.blob.format, check),
        mask=made,
        weights=_ones(image.blob.size) if made is None else to_float_mask(made, check),
        masks={role: to_float_mask(found, check) for role, found in masks.items()},
        images=_strokes(order, region, check),
        shading=shading,
    )


def _strokes(order: WorkOrder, region: Rect, check: Check) -> Mapping[str, tuple[FloatImage, ...]]:
    """By role; nothing where nothing was drawn over this crop."""
    drawn = (e for e in order.inputs if e.input.role == Role.STROKES and e.input.region == region)
    images = tuple(
        _shading(order.task, order.engine, each).to_engine(
            map_samples(each.blob), each.blob.format, check
        )
        for each in drawn
    )
    return {Role.STROKES: images} if images else {}


def _made_mask(order: WorkOrder, region: Rect, protect: Mask8 | None, check: Check) -> Mask8 | None:
    """M: the selection with its edge, less what is protected."""
    selection = _mask(order, Role.MASK, region, check)
    if selection is None:
        role = order.engine.role(Role.MASK)
        if role is not None and role.required:
            raise BadTask(field="inputs", reason="a crop has no mask")
        return None
    made: Mask8 = apply_edge(selection, order.task.edge, check)
    return made if protect is None else np.minimum(made, 255 - protect)


def _mask(order: WorkOrder, role: str, region: Rect, check: Check) -> Mask8 | None:
    """The mask in that role over that crop, in 8 bit.

    :raises MaskMismatch: it has not the crop's size
    """
    for each in order.inputs:
        if each.input.role == role and each.input.region == region:
            return _mask_samples(each.blob, region, check)
    return None


def _mask_samples(blob: StoredBlob, region: Rect, check: Check) -> Mask8:
    if blob.size != region.size:
        raise MaskMismatch(
            mask_width=blob.size.width,
            mask_height=blob.size.height,
            width=region.width,
            height=region.height,
        )
    samples = map_samples(blob)
    if blob.format.layout is not Layout.GREY:
        return mask_from_image(samples, blob.format.layout, check)
    if blob.format.depth is Depth.U8:
        return samples[..., 0]
    return quantised_mask(to_float_mask(samples[..., 0], check), check)


def _blank_crop(order: WorkOrder) -> Crop:
    """Where there is no image there is at least a size: a transparent crop for the engine to fill.

    :raises BadTask: there is neither, or the engine cannot do without an image
    """
    role = order.engine.role(Role.IMAGE)
    if order.task.operation is not Operation.GENERATE or (role is not None and role.required):
        raise BadTask(field="inputs", reason="there is no image")
    size = order.task.target or order.task.canvas.size
    shading = canvas_shading(order.task.canvas, order.engine.colour)
    grey = order.task.canvas.format.layout.is_grey and order.engine.colour is not EngineColour.SRGB
    channels = 2 if grey else 4
    return Crop(
        region=Rect.of_size(size),
        image=np.zeros((size.height, size.width, channels), np.float32),
        mask=None,
        weights=_ones(size),
        masks={},
        images={},
        shading=shading,
    )


def _ones(size: Size) -> FloatMask:
    return np.ones((size.height, size.width), np.float32)
