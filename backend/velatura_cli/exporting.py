"""A finished job's results as files: each layer as it would lie in an editor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from velatura_backend.imaging.arrays import Samples, is_integer, view_samples, white_of
from velatura_backend.imaging.composite import mask_weights
from velatura_backend.imaging.files import FileKind, ImageFile, write_image
from velatura_backend.imaging.files.model import PngDetails, TiffDetails
from velatura_backend.jobs.provenance import to_xmp
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import LayerPart, Variation
from velatura_protocol.pixels import ColourSpace, Depth, PixelFormat

NAME_LENGTH = 12
"""As much of a job's id as its files are named by."""


@dataclass(frozen=True)
class ExportedLayer:
    """``region``: where it lies in its document, in the document's pixels."""

    path: Path
    region: Rect
    seed: int


def export_variation(
    folder: Path, job: str, variation: Variation, content: ResultContent
) -> tuple[ExportedLayer, ...]:
    """One file a layer, with the mask as its alpha: 16-bit and 8-bit results as PNG, float as TIFF.

    The colour under alpha 0 is kept, so that the whole uncomposited result is in the file.

    :raises DiskFull, UnwritableFile: as :func:`~velatura_backend.imaging.files.write_image`
    """
    name = f"{job[:NAME_LENGTH]}-{variation.index + 1}"
    exported: list[ExportedLayer] = []
    several = len(content.main) > 1
    for number, layer in enumerate(content.layers, 1):
        image = layer_image(layer, variation.colour)
        image = image.with_xmp(to_xmp(content.provenance, None))
        suffix = ".png" if image.kind is FileKind.PNG else ".tif"
        layered = f"{name}-{number}" if several else name
        if layer.part is not LayerPart.MAIN:
            layered = f"{name}-{layer.part.value.replace('_', '-')}"
        path = folder / f"{layered}{suffix}"
        write_image(path, image)
        exported.append(ExportedLayer(path, layer.region, variation.seed))
    return tuple(exported)


def layer_image(layer: LayerContent, colour: ColourSpace) -> ImageFile:
    """The layer's patches on transparent ground, in RGB or grey order, alpha last."""
    first = layer.patches[0].pixels.format
    colours = 1 if first.layout.is_grey else 3
    height, width = (
        round(side * layer.scale) for side in (layer.region.height, layer.region.width)
    )
    samples = np.zeros((height, width, colours + 1), view_samples(layer.patches[0].pixels).dtype)
    for patch in layer.patches:
        left = round((patch.region.x - layer.region.x) * layer.scale)
        top = round((patch.region.y - layer.region.y) * layer.scale)
        pasted = _with_mask(patch)
        samples[top : top + pasted.shape[0], left : left + pasted.shape[1]] = pasted
    if is_integer(first.depth):
        return ImageFile(samples, FileKind.PNG, PngDetails(), colour)
    return ImageFile(samples.astype(np.float32), FileKind.TIFF, TiffDetails(), colour)


def _with_mask(patch: PatchContent) -> Samples:
    """The patch's pixels, alpha times mask as their alpha."""
    form: PixelFormat = patch.pixels.format
    samples = view_samples(patch.pixels)
    layout = form.layout.value
    colour = samples[..., : len(layout.rstrip("a"))]
    if layout.startswith("bgr"):
        colour = colour[..., ::-1]
    white = white_of(form.depth)
    alpha = samples[..., -1] / white if form.layout.has_alpha else np.ones(samples.shape[:2])
    if patch.mask is not None:
        alpha = alpha * mask_weights(view_samples(patch.mask)[..., 0])
    scaled = alpha * white
    if form.depth in (Depth.U8, Depth.U16):
        scaled = np.rint(scaled)
    return np.concatenate((colour, scaled[..., np.newaxis].astype(samples.dtype)), axis=2)
