from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from velatura_backend.imaging.arrays import to_pixels
from velatura_backend.imaging.files import read_image
from velatura_cli.exporting import export_variation, layer_image
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import LayerPart, Variation
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, Depth, Layout, PixelFormat, Transfer
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation

PROVENANCE = Provenance(Operation.FILL, "e", "1", "velatura", 3, "2026-01-01T00:00:00Z", "x")


def patch(region: Rect, form: PixelFormat, pixel: list[float], mask: int | None) -> PatchContent:
    dtype = {Depth.U8: np.uint8, Depth.U16: np.uint16, Depth.F16: np.float16}[form.depth]
    samples = np.full((region.height, region.width, len(pixel)), pixel, dtype)
    drawn = None
    if mask is not None:
        drawn = to_pixels(np.full((region.height, region.width, 1), mask, np.uint8), MASK_FORMAT)
    return PatchContent(region, to_pixels(samples, form), drawn)


def test_the_mask_becomes_alpha_and_colour_stays() -> None:
    form = PixelFormat(Depth.U8, Layout.BGRA)
    layer = LayerContent(
        "l", Rect(10, 10, 3, 1), (patch(Rect(11, 10, 2, 1), form, [1, 2, 3, 200], 51),)
    )
    samples = layer_image(layer, ColourSpace()).samples
    assert samples.tolist() == [[[0, 0, 0, 0], [3, 2, 1, 40], [3, 2, 1, 40]]]


@pytest.mark.parametrize(
    ("layout", "pixel", "expected"),
    [
        (Layout.RGB, [1, 2, 3], [1, 2, 3, 65535]),
        (Layout.GREY, [7], [7, 65535]),
        (Layout.GREY_ALPHA, [7, 9], [7, 9]),
    ],
)
def test_without_a_mask_all_of_it_shows(
    layout: Layout, pixel: list[float], expected: list[int]
) -> None:
    region = Rect(0, 0, 1, 1)
    layer = LayerContent("l", region, (patch(region, PixelFormat(Depth.U16, layout), pixel, None),))
    assert layer_image(layer, ColourSpace()).samples[0, 0].tolist() == expected


def test_files_are_named_by_job_variation_and_layer(tmp_path: Path) -> None:
    region = Rect(4, 5, 2, 2)
    form = PixelFormat(Depth.F16, Layout.RGBA)
    layers = tuple(
        LayerContent("l", region, (patch(region, form, [0.25, 2.0, 0.0, 1.0], 255),))
        for _ in range(2)
    )
    linear = ColourSpace(transfer=Transfer.LINEAR)
    variation = Variation(1, 3, (), PROVENANCE, colour=linear)
    exported = export_variation(
        tmp_path, "0123456789abcdef", variation, ResultContent(layers, PROVENANCE)
    )
    names = ["0123456789ab-2-1.tif", "0123456789ab-2-2.tif"]
    assert [each.path.name for each in exported] == names
    assert {(each.region, each.seed) for each in exported} == {(region, 3)}
    image = read_image(exported[0].path)
    assert image.samples[0, 0].tolist() == [0.25, 2.0, 0.0, 1.0]
    assert image.colour.transfer is Transfer.LINEAR
    assert b"DigitalSourceType" in image.metadata.xmp


def test_what_was_made_beside_a_result_is_named_for_what_it_is(tmp_path: Path) -> None:
    form, region = PixelFormat(Depth.U8, Layout.RGB), Rect(2, 3, 2, 1)
    layers = (
        LayerContent(
            "b", region, (patch(region, form, [9, 9, 9], None),), part=LayerPart.BACKGROUND
        ),
        LayerContent("m", region, (patch(region, form, [1, 2, 3], 255),)),
    )
    variation = Variation(0, 3, (), PROVENANCE)
    content = ResultContent(layers, PROVENANCE)
    exported = export_variation(tmp_path, "0123456789abcdef", variation, content)
    assert [each.path.name for each in exported] == [
        "0123456789ab-1-background.png",
        "0123456789ab-1.png",
    ]
    assert [each.region for each in exported] == [region, region]
