from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from velatura_backend.imaging.arrays import to_pixels
from velatura_backend.imaging.files import FileKind, ImageFile
from velatura_backend.imaging.files.model import PngDetails, TiffDetails
from velatura_cli.flatten import flatten, part_image
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation

RGB = PixelFormat(Depth.U8, Layout.RGB)
PROVENANCE = Provenance(Operation.FILL, "e", "1", "velatura", 0, "2026-01-01T00:00:00Z", "x")


def image(channels: int = 3) -> ImageFile:
    height, width = 4, 6
    samples = np.arange(height * width * channels, dtype=np.uint8)
    samples = samples.reshape(height, width, channels)
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


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_what_is_cut_out_lies_on_nothing(channels: int) -> None:
    """Where the mask is black nothing is left; where it is white, everything."""
    source = image(channels)
    spot = Rect(1, 1, 4, 2)
    mask = np.array([[255, 255, 0, 0], [255, 128, 0, 0]], np.uint8)
    form = source.format
    samples = np.full((2, 4, channels), 90, np.uint8)
    drawn = to_pixels(mask[..., None], MASK_FORMAT)
    content = PatchContent(spot, to_pixels(samples, form), drawn)
    whole = Rect(0, 0, 6, 4)
    layer = LayerContent("l", whole, (content,), placement=Placement.NEW_DOCUMENT)
    made = flatten(source, result(layer)).samples
    assert made.shape == (4, 6, channels + channels % 2)
    opaque = 90 if channels in (2, 4) else 255
    np.testing.assert_array_equal(made[1, 1:4, -1], [opaque, opaque, 0])
    assert made[2, 2, -1] == round(opaque * 128 / 255)
    assert (made[1, 1:3, :-1] == 90).all()
    assert not made[0].any()


def test_what_was_made_beside_a_result_is_no_part_of_the_picture() -> None:
    source, spot = image(), Rect(1, 1, 2, 2)
    main = LayerContent("l", spot, (patch(spot, 7, None),))
    behind = LayerContent("b", spot, (patch(spot, 9, None),), part=LayerPart.BACKGROUND)
    made = flatten(source, result(behind, main)).samples
    assert (made[1:3, 1:3] == 7).all()
    background = part_image(source, behind).samples
    assert (background[1:3, 1:3] == 9).all()
    assert (background[0] == source.samples[0]).all()


def test_a_map_lies_where_it_lay_on_nothing_and_a_table_is_as_large_as_it_is() -> None:
    source, spot = image(), Rect(1, 1, 2, 2)
    source_map = LayerContent("m", spot, (patch(spot, 7, None),), part=LayerPart.SOURCE_MAP)
    lying = part_image(source, source_map).samples
    assert lying.shape == (4, 6, 4)
    assert lying[..., 3].sum() == 4 * 255
    own = Rect(0, 0, 8, 8)
    table = LayerContent(
        "t",
        own,
        (patch(own, 3, None),),
        placement=Placement.NEW_DOCUMENT,
        part=LayerPart.COLOUR_TABLE,
    )
    assert part_image(source, table).samples.shape == (8, 8, 3)


def test_alpha_that_a_tiff_had_not_is_said_to_be_alpha() -> None:
    spot = Rect(0, 0, 2, 2)
    layer = LayerContent("m", spot, (patch(spot, 7, None),), part=LayerPart.SOURCE_MAP)
    unstated = TiffDetails(is_alpha_stated=False)
    source = replace(image(), kind=FileKind.TIFF, details=unstated)
    made = part_image(source, layer)
    assert isinstance(made.details, TiffDetails)
    assert made.details.is_alpha_stated
