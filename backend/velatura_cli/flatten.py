"""A variation laid into an image file: the files' way of accepting layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_backend.imaging.arrays import Samples, size_of, view_samples
from velatura_backend.imaging.composite import composite_into, mask_weights
from velatura_backend.imaging.files import ImageFile
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement


def flatten(image: ImageFile, result: ResultContent) -> ImageFile:
    """``image`` with the variation's layers composited into it, bottom to top, by the law.

    A layer that resizes the document makes its region the canvas; one for a new document, and one
    that scales it, makes a picture of its own, in the source's colour space.

    :raises Unsupported: a blend mode or placement that a flat picture cannot have
    """
    samples = image.samples.copy()
    for layer in result.layers:
        if layer.blend != "normal" or layer.placement is Placement.BELOW:
            raise Unsupported(what=f"{layer.blend} layers {layer.placement.value} in image files")
        samples = _lay(samples, layer)
    return image.with_samples(samples)


def _lay(samples: Samples, layer: LayerContent) -> Samples:
    if layer.placement not in (Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT):
        _composite_patches(samples, layer, x=0, y=0)
        return samples
    region = layer.region
    size = Size(round(region.width * layer.scale), round(region.height * layer.scale))
    canvas = np.zeros((size.height, size.width, samples.shape[2]), samples.dtype)
    if layer.placement is Placement.RESIZE_DOCUMENT and layer.scale == 1.0:
        composite_into(
            canvas, Rect.of_size(size_of(samples)).translated(-region.x, -region.y), samples, None
        )
    _composite_patches(canvas, layer, x=region.x, y=region.y)
    return canvas


def _composite_patches(canvas: Samples, layer: LayerContent, *, x: int, y: int) -> None:
    """``x``, ``y``: where the canvas begins, in the document's pixels."""
    for patch in layer.patches:
        left = round((patch.region.x - x) * layer.scale)
        top = round((patch.region.y - y) * layer.scale)
        pixels = view_samples(patch.pixels)
        region = Rect(left, top, pixels.shape[1], pixels.shape[0])
        composite_into(canvas, region, pixels, _patch_mask(patch, layer.opacity))


def _patch_mask(patch: PatchContent, opacity: float) -> NDArray[Any] | None:
    mask = None if patch.mask is None else view_samples(patch.mask)[..., 0]
    if opacity == 1.0:
        return mask
    if mask is None:
        return np.full((patch.pixels.size.height, patch.pixels.size.width), opacity, np.float32)
    return (mask_weights(mask) * opacity).astype(np.float32)
