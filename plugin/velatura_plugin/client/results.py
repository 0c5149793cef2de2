"""From a variation as the wire tells it to one with its pixels."""

from __future__ import annotations

from collections.abc import Callable

from velatura_protocol.messages import BlobRef, Patch, ResultLayer, Variation
from velatura_protocol.pixels import Pixels

from ..host.base import LayerContent, PatchContent, ResultContent


def blob_refs(variation: Variation) -> list[BlobRef]:
    """Every blob of its layers once, in the order they lie."""
    found: dict[BlobRef, None] = {}
    for layer in variation.layers:
        for patch in layer.patches:
            found[patch.pixels] = None
            if patch.mask is not None:
                found[patch.mask] = None
    return list(found)


def with_pixels(variation: Variation, pixels: Callable[[BlobRef], Pixels]) -> ResultContent:
    layers = tuple(_layer(layer, pixels) for layer in variation.layers)
    return ResultContent(layers, variation.provenance)


def _layer(layer: ResultLayer, pixels: Callable[[BlobRef], Pixels]) -> LayerContent:
    return LayerContent(
        name=layer.name,
        region=layer.region,
        patches=tuple(_patch(patch, pixels) for patch in layer.patches),
        scale=layer.scale,
        blend=layer.blend,
        opacity=layer.opacity,
        placement=layer.placement,
        part=layer.part,
    )


def _patch(patch: Patch, pixels: Callable[[BlobRef], Pixels]) -> PatchContent:
    mask = None if patch.mask is None else pixels(patch.mask)
    return PatchContent(patch.region, pixels(patch.pixels), mask)
