from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.backend.executors.orders import RGBA8, Desk, disc
from velatura_backend.engines.base import EnginePreview
from velatura_backend.executors.worker.inputs import Crop, read_crops
from velatura_backend.executors.worker.outputs import ResultWriter
from velatura_backend.executors.worker.previews import PreviewMaker, PreviewOf
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import AlphaMode, PreviewRequest


def nothing() -> None:
    return


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def crop_at(folder: Path, region: Rect) -> Crop:
    desk = Desk(folder)
    desk.add_image(region=region)
    desk.add_mask(disc(region.size, 10), region)
    return read_crops(desk.order(), nothing)[0]


def test_no_more_than_asked_for(tmp_path: Path) -> None:
    clock = Clock()
    crop = crop_at(tmp_path, Rect(100, 50, 60, 40))
    maker = PreviewMaker(PreviewRequest(RGBA8, 4.0), ResultWriter(tmp_path, nothing), clock)
    of = PreviewOf(crop, 0, AlphaMode.KEEP)
    made = []
    for clock.now in (0.0, 0.1, 0.24, 0.25, 0.3, 0.6):
        wanted = maker.is_wanted()
        made.append(maker.make(EnginePreview(crop.image), of) is not None)
        assert made[-1] == wanted
    assert made == [True, False, False, True, False, True]


def test_only_the_edited_part_composited(tmp_path: Path) -> None:
    crop = crop_at(tmp_path, Rect(100, 50, 60, 40))
    maker = PreviewMaker(PreviewRequest(RGBA8), ResultWriter(tmp_path, nothing))
    preview = maker.make(EnginePreview(1.0 - crop.image), PreviewOf(crop, 2, AlphaMode.KEEP))
    assert preview is not None
    assert (preview.variation, preview.region) == (2, Rect(121, 61, 19, 19))
    shown = np.fromfile(preview.blob.path, np.uint8).reshape(19, 19, 4)
    before = np.rint(crop.image[11:30, 21:40] * 255)
    np.testing.assert_array_equal(shown[0, 0], before[0, 0])
    np.testing.assert_allclose(shown[9, 9, :3], 255 - before[9, 9, :3], atol=1)


def test_a_small_one_where_that_is_asked_for(tmp_path: Path) -> None:
    crop = crop_at(tmp_path, Rect(0, 0, 60, 40))
    maker = PreviewMaker(PreviewRequest(RGBA8, 4.0, 8), ResultWriter(tmp_path, nothing))
    preview = maker.make(EnginePreview(crop.image), PreviewOf(crop, 0, AlphaMode.KEEP))
    assert preview is not None
    assert preview.blob.size == Size(8, 8)
    assert preview.region.size == Size(19, 19)


def test_none_without_a_request(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path, nothing)
    assert not PreviewMaker(None, writer).is_wanted()
    assert not PreviewMaker(PreviewRequest(RGBA8, 0.0), writer).is_wanted()


def test_a_coarse_one_of_the_edited_part_is_smaller_than_its_region(tmp_path: Path) -> None:
    crop = crop_at(tmp_path, Rect(100, 50, 60, 40))
    maker = PreviewMaker(PreviewRequest(RGBA8), ResultWriter(tmp_path, nothing))
    inverted = EnginePreview((1.0 - crop.image)[2::5, 2::5])
    preview = maker.make(inverted, PreviewOf(crop, 0, AlphaMode.KEEP))
    assert preview is not None
    assert preview.region == Rect(121, 61, 19, 19)
    shown = np.fromfile(preview.blob.path, np.uint8).reshape(4, 4, 4)
    assert preview.blob.size == Size(4, 4)
    before = np.rint(crop.image[12:32:5, 22:42:5] * 255)
    np.testing.assert_allclose(shown[1:3, 1:3, :3], 255 - before[1:3, 1:3, :3], atol=1)
    np.testing.assert_array_equal(shown[0, 0], before[0, 0])  # outside the disc
    np.testing.assert_array_equal(shown[..., 3], before[..., 3])


def test_of_a_single_pixel_the_coarse_one_is_one(tmp_path: Path) -> None:
    crop = crop_at(tmp_path, Rect(0, 0, 60, 40))
    crop.weights[:] = 0.0
    crop.weights[39, 59] = 1.0
    maker = PreviewMaker(PreviewRequest(RGBA8), ResultWriter(tmp_path, nothing))
    preview = maker.make(EnginePreview(crop.image[::7, ::7]), PreviewOf(crop, 0, AlphaMode.KEEP))
    assert preview is not None
    assert (preview.region, preview.blob.size) == (Rect(59, 39, 1, 1), Size(1, 1))


def test_a_result_of_another_size_is_shown_whole_and_nowhere(tmp_path: Path) -> None:
    crop = crop_at(tmp_path, Rect(30, 20, 60, 40))
    maker = PreviewMaker(PreviewRequest(RGBA8), ResultWriter(tmp_path, nothing))
    wide = EnginePreview(np.full((40, 2100, 4), 0.5, np.float32))
    preview = maker.make(wide, PreviewOf(crop, 0, AlphaMode.KEEP, lies_on_crop=False))
    assert preview is not None
    assert preview.region.is_empty
    assert preview.blob.size == Size(1024, 20)
    assert (np.fromfile(preview.blob.path, np.uint8) == 128).all()


def test_by_a_mask_of_the_engines_own_it_is_shown_alone(tmp_path: Path) -> None:
    crop = crop_at(tmp_path, Rect(0, 0, 60, 40))
    maker = PreviewMaker(PreviewRequest(RGBA8), ResultWriter(tmp_path, nothing))
    mask = np.zeros((40, 60), np.float32)
    mask[:, 30:] = 1.0
    preview = EnginePreview(np.ones((40, 60, 4), np.float32), mask)
    made = maker.make(preview, PreviewOf(crop, 0, AlphaMode.CUT_OUT))
    assert made is not None
    shown = np.fromfile(made.blob.path, np.uint8).reshape(19, 19, 4)
    inside = np.arange(21, 40) >= 30
    np.testing.assert_array_equal(shown[..., 3], np.where(inside, 255, 0)[None].repeat(19, 0))
