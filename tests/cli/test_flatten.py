from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.imaging.arrays import to_pixels
from velatura_backend.imaging.files import FileKind, ImageFile
from velatura_backend.imaging.files.model import PngDetails
from velatura_cli.flatten import flatten
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation

RGB = PixelFormat(Depth.U8, Layout.RGB)
PROVENANCE = Provenance(Operation.FILL, "e", "1", "velatura", 0, "2026-01-01T00:00:00Z", "x")


def image(height: int = 4, width: int = 6) -> ImageFile:
    samples = np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)
    return ImageFile(samples, FileKind.PNG, PngDetails())


def patch(region: Rect, value: int, mask: list[list[int]] | None, scale: int = 1) -> PatchContent:
    pixels = np.full((region.height * scale, region.width * scale, 3), value, np.uint8)
    drawn = None
    if mask is not None:
        drawn = to_pixels(np.array(mask, np.uint8)[..., None], MASK_FORMAT)
    return PatchContent(region, to_pixels(pixels, RGB), drawn)


def result(*layers: LayerContent) -> ResultContent:
    return ResultContent(layers, PROVENANCE)


def test_the_mask_decides_and_the_original_stays() -> None:
    source = image()
    before = source.samples.copy()
    region = Rect(1, 1, 2, 1)
    made = flatten(source, result(LayerContent("l", region, (patch(region, 200, [[255, 0]]),))))
    assert (made.samples[1, 1] == 200).all()
    made.samples[1, 1] = before[1, 1]
    assert (made.samples == before).all()
    assert (source.samples == before).all()


def test_opacity_weakens_the_mask() -> None:
    region = Rect(0, 0, 2, 1)
    source = image().with_samples(np.zeros((1, 2, 3), np.uint8))
    layer = LayerContent("l", region, (patch(region, 200, [[255, 0]]),), opacity=0.5)
    assert flatten(source, result(layer)).samples[0, :, 0].tolist() == [100, 0]
    unmasked = LayerContent("l", region, (patch(region, 200, None),), opacity=0.5)
    assert flatten(source, result(unmasked)).samples[0, :, 0].tolist() == [100, 100]


def test_layers_go_from_bottom_to_top() -> None:
    region = Rect(0, 0, 1, 1)
    layers = [LayerContent("l", region, (patch(region, value, None),)) for value in (10, 20)]
    assert (flatten(image(), result(*layers)).samples[0, 0] == 20).all()


def test_a_resizing_layer_makes_its_region_the_canvas() -> None:
    region, source = Rect(-2, 0, 8, 4), image()
    layer = LayerContent(
        "l", region, (patch(Rect(-2, 0, 2, 4), 9, None),), placement=Placement.RESIZE_DOCUMENT
    )
    made = flatten(source, result(layer)).samples
    assert made.shape == (4, 8, 3)
    assert (made[:, 2:] == source.samples).all()
    assert (made[:, :2] == 9).all()


def test_a_new_document_has_the_layer_s_scale() -> None:
    region = Rect(0, 0, 6, 4)
    layer = LayerContent(
        "l",
        region,
        (patch(region, 7, None, scale=2),),
        scale=2.0,
        placement=Placement.NEW_DOCUMENT,
    )
    made = flatten(image(), result(layer)).samples
    assert made.shape == (8, 12, 3)
    assert (made == 7).all()


@pytest.mark.parametrize(
    "layer",
    [
        LayerContent("l", Rect(0, 0, 1, 1), (), blend="multiply"),
        LayerContent("l", Rect(0, 0, 1, 1), (), placement=Placement.BELOW),
    ],
)
def test_what_a_flat_picture_cannot_have_is_refused(layer: LayerContent) -> None:
    with pytest.raises(Unsupported):
        flatten(image(), result(layer))
