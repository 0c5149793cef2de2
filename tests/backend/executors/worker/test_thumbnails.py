from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.backend.executors.orders import Desk, disc
from velatura_backend.executors.worker.inputs import read_crops
from velatura_backend.executors.worker.thumbnails import (
    THUMBNAIL_SIDE,
    PassingThumbnail,
    thumbnail,
)
from velatura_protocol.geometry import Size


def nothing() -> None:
    return


def test_the_result_over_what_was_there_or_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    desk.add_mask(disc(desk.size, 9))
    (crop,) = read_crops(desk.order(), nothing)
    result = np.ones_like(crop.image)
    over = thumbnail(crop, result, alone=False)
    np.testing.assert_array_equal(over[0, 0], crop.image[0, 0])
    alone = thumbnail(crop, result, alone=True)
    np.testing.assert_array_equal(alone[..., 3], crop.weights)


def test_a_picture_that_goes_by_looks_as_one_that_is_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    (crop,) = read_crops(desk.order(), nothing)
    image = np.random.default_rng(0).random((1100, 2100, 4), dtype=np.float32)
    passing = PassingThumbnail(Size(2100, 1100))
    for top in range(0, 1100, 37):
        passing.see(image[top : top + 37])
    made = passing.made()
    assert max(made.shape[:2]) == THUMBNAIL_SIDE
    np.testing.assert_array_equal(made, thumbnail(crop, image, alone=False))
