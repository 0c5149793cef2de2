"""A variation laid into an image file: the files' way of accepting layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_backend.imaging.arrays import Samples, depth_of, size_of, view_samples, white_of
from velatura_backend.imaging.composite import composite_into, mask_weights
from velatura_backend.imaging.files import ImageFile
from velatura_backend.imaging.files.model import TiffDetails
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart, Placement


def flatten(image: ImageFile, result: ResultContent) -> ImageFile:
    """``image`` with the variation's layers composited into it, bottom to top, by the law; without
    what was made beside the result.

    A layer that resizes the document makes its region the canvas; one for a new document, and one
    that scales it, makes a picture of its own, in the source's colour space: transparent, where it
    does not cover all of it.

    :raises Unsupported: a blend mode or placement that a flat picture cannot have
    """
    samples = image.samples.copy()
    for layer in result.main:
        if layer.blend != "normal" or layer.placement is Placement.BELOW:
            raise Unsupported(what=f"{layer.blend} layers {layer.placement.value} in image files")
        samples = _lay(samples, layer)
    return _with_samples(image, samples)


def part_image(image: ImageFile, layer: LayerContent) -> ImageFile:
    """What was made beside a result as a picture of its own: a background is the whole picture with
    it, a table of colours is as large as it is, and anything else (a layer of the result's
    own, where it has several) lies where it lay in the picture, on nothing."""
    if layer.part is LayerPart.BACKGROUND:
        samples = image.samples.copy()
        _composite_patches(samples, layer, x=0, y=0)
        return _with_samples(image, samples)
    whole = layer
    if layer.placement is not Placement.NEW_DOCUMENT:
        whole = replace(layer, region=Rect.of_size(image.size), placement=Placement.NEW_DOCUMENT)
    return _with_samples(image, _lay(image.samples, whole))


def _with_samples(image: ImageFile, samples: Samples) -> ImageFile:
    """Alpha that the file did not have is called so."""
    changed = image.with_samples(samples)
    has_new_alpha = samples.shape[2] != image.samples.shape[2]
    if has_new_alpha and isinstance(changed.details, TiffDetails):
        return replace(changed, details=replace(changed.details, is_alpha_stated=True))
    return changed


def _lay(samples: Samples, layer: LayerContent) -> Samples:
    if layer.placement not in (Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT):
        _composite_patches(samples, layer, x=0, y=0)
        return samples
    region = layer.region
    size = Size(round(region.width * layer.scale), round(region.height * layer.scale))
    channels = samples.shape[2]
    if layer.placement is Placement.NEW_DOCUMENT and not _covers(layer):
        channels += channels % 2  # grey or colours alone get an alpha channel
    canvas = np.zeros((size.height, size.width, channels), samples.dtype)
    if layer.placement is Placement.RESIZE_DOCUMENT and layer.scale == 1.0:
        composite_into(
            canvas, Rect.of_size(size_of(samples)).translated(-region.x, -region.y), samples, None
        )
    _composite_patches(canvas, layer, x=region.x, y=region.y)
    return canvas


def _covers(layer: LayerContent) -> bool:
    """Whether nothing shows through it. Patches never overlap."""
    covered = sum(patch.region.area for patch in layer.patches if patch.mask is None)
    return covered == layer.region.area


def _composite_patches(canvas: Samples, layer: LayerContent, *, x: int, y: int) -> None:
    """``x``, ``y``: where the canvas begins, in the document's pixels."""
    for patch in layer.patches:
        left = round((patch.region.x - x) * layer.scale)
        top = round((patch.region.y - y) * layer.scale)
        pixels = _like(canvas, view_samples(patch.pixels))
        region = Rect(left, top, pixels.shape[1], pixels.shape[0])
        composite_into(canvas, region, pixels, _patch_mask(patch, layer.opacity))


def _like(canvas: Samples, pixels: Samples) -> Samples:
    """With alpha where only the canvas has it."""
    if canvas.shape[2] == pixels.shape[2]:
        return pixels
    opaque = np.full((*pixels.shape[:2], 1), white_of(depth_of(pixels)), pixels.dtype)
    return np.concatenate((pixels, opaque), axis=2)


def _patch_mask(patch: PatchContent, opacity: float) -> NDArray[Any] | None:
    mask = None if patch.mask is None else view_samples(patch.mask)[..., 0]
    if opacity == 1.0:
        return mask
    if mask is None:
        return np.full((patch.pixels.size.height, patch.pixels.size.width), opacity, np.float32)
    return (mask_weights(mask) * opacity).astype(np.float32)
