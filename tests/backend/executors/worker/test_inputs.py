from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import Desk, disc
from velatura_backend.engines.specs import FILL
from velatura_backend.executors.worker.inputs import map_samples, read_crops, read_images
from velatura_protocol.errors import BadTask, NothingSelected
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Transfer
from velatura_protocol.tasks import Intent, Operation, Role


def nothing() -> None:
    return


def test_mapped_samples_are_read_only(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    samples = desk.add_image()
    mapped = map_samples(desk.inputs[0].blob)
    np.testing.assert_array_equal(mapped, samples)
    assert not mapped.flags.writeable


def test_a_file_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    blob = replace(desk.inputs[0].blob, size=Size(1000, 1000))
    with pytest.raises(ValueError, match="need"):
        map_samples(blob)


def test_a_16_bit_mask_counts_in_8(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    mask = disc(desk.size, 9).astype(np.uint16) * 257
    mask[0, 0] = 0x8080
    desk.add(Role.MASK, mask[..., None], PixelFormat(Depth.U16, Layout.GREY))
    (crop,) = read_crops(desk.order(), nothing)
    assert crop.mask is not None
    assert crop.mask.dtype == np.uint8
    assert crop.mask[0, 0] == 0x80
    np.testing.assert_array_equal(crop.mask[1:], (mask[1:] // 257).astype(np.uint8))


def test_what_is_protected_is_taken_out_of_the_mask(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    whole = np.full((desk.size.height, desk.size.width), 255, np.uint8)
    desk.add_mask(whole)
    protect = disc(desk.size, 8)
    desk.add(Role.PROTECT, protect[..., None], PixelFormat(Depth.U8, Layout.GREY))
    (crop,) = read_crops(desk.order(), nothing)
    assert crop.mask is not None
    np.testing.assert_array_equal(crop.mask, 255 - protect)
    np.testing.assert_array_equal(crop.masks[Role.PROTECT], protect / np.float32(255))


def test_crops_with_nothing_to_edit_are_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, size=Size(100, 40))
    regions = [Rect(0, 0, 40, 40), Rect(60, 0, 40, 40)]
    for region, radius in zip(regions, (0, 9), strict=True):
        desk.add_image(region=region)
        desk.add_mask(disc(region.size, radius), region)
    assert [crop.region for crop in read_crops(desk.order(), nothing)] == [regions[1]]


def test_nothing_selected_anywhere(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    desk.add_mask(disc(desk.size, 0))
    with pytest.raises(NothingSelected):
        read_crops(desk.order(), nothing)


def test_an_engine_that_needs_a_mask(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    with pytest.raises(BadTask):
        read_crops(desk.order(FILL), nothing)
    desk.inputs.clear()
    with pytest.raises(BadTask):
        read_crops(desk.order(FILL), nothing)


def test_generating_starts_from_transparency(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    order = desk.order(operation=Operation.GENERATE, intent=Intent.NONE, target=Size(20, 10))
    (crop,) = read_crops(order, nothing)
    assert crop.image.shape == (10, 20, 4)
    assert not crop.image.any()
    assert crop.weights.all()


def test_a_linear_document_is_encoded_for_the_engine(tmp_path: Path) -> None:
    colour = ColourSpace(transfer=Transfer.LINEAR)
    desk = Desk(tmp_path, PixelFormat(Depth.F32, Layout.RGBA), colour=colour)
    desk.add(Role.IMAGE, np.full((40, 48, 4), 0.5, np.float32), desk.format)
    (crop,) = read_crops(desk.order(), nothing)
    np.testing.assert_allclose(crop.image[0, 0], [0.7353570] * 3 + [0.5], atol=1e-5)


def test_other_pictures_come_by_role(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    grey = np.full((5, 6, 1), 51, np.uint8)
    desk.add(Role.STYLE, grey, PixelFormat(Depth.U8, Layout.GREY))
    images = read_images(desk.order(), nothing)
    assert list(images) == [Role.STYLE]
    (style,) = images[Role.STYLE]
    assert style.shape == (5, 6, 4)
    np.testing.assert_allclose(style[0, 0], [0.2, 0.2, 0.2, 1.0], atol=1e-4)


def test_strokes_belong_to_the_crop_they_were_drawn_over(tmp_path: Path) -> None:
    desk = Desk(tmp_path, size=Size(100, 40))
    left, right = Rect(0, 0, 40, 40), Rect(60, 0, 30, 40)
    desk.add_image(1, left)
    desk.add_image(2, right)
    drawn = np.zeros((40, 40, 4), np.uint8)
    drawn[5, 5] = (255, 0, 0, 255)
    desk.add(Role.STROKES, drawn, desk.format, left)
    order = desk.order(operation=Operation.RECOLOUR, intent=Intent.NONE)
    first, second = read_crops(order, nothing)
    (strokes,) = first.images[Role.STROKES]
    assert strokes.shape == first.image.shape
    np.testing.assert_array_equal(strokes[5, 5], (1.0, 0.0, 0.0, 1.0))
    assert strokes[..., 3].sum() == 1.0
    assert Role.STROKES not in second.images
    assert not read_images(order, nothing)
