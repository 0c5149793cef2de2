"""Smaller passes: same picture, fewer pixels."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.diffusion.memory.shrinking import resized, shrunk
from velatura_backend.engines.diffusion.painting.contract import Control, PaintRequest, Reference
from velatura_protocol.geometry import Size


def picture(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.dstack([rows / height, columns / width, np.full_like(rows, 1.5)])


def request() -> PaintRequest:
    image = picture(128, 256)
    return PaintRequest(
        128,
        256,
        seed=3,
        image=image,
        mask=np.pad(np.ones((64, 128), np.float32), ((32, 32), (64, 64))),
        controls=(Control("canny", image),),
        references=(Reference(image),),
    )


@pytest.mark.parametrize("share", [0.75, 0.5, 0.35, 0.25, 0.0001])
def test_all_of_the_request_shrinks_together(share: float) -> None:
    small = shrunk(request(), share, 16)
    size = (small.height, small.width)
    assert all(side % 16 == 0 and side > 0 for side in size)
    assert small.height * small.width < 128 * 256
    assert small.image is not None
    assert small.mask is not None
    assert small.image.shape == (*size, 3)
    assert small.mask.shape == size
    assert small.controls[0].image.shape == (*size, 3)
    assert small.references[0].image.shape == (128, 256, 3)
    assert small.seed == 3
    assert 0.2 < small.mask.mean() < 0.3 or share < 0.01


def test_a_whole_share_changes_nothing() -> None:
    whole = request()
    assert shrunk(whole, 1.0, 16) is whole


def test_without_a_picture_there_is_nothing_to_resize() -> None:
    assert shrunk(PaintRequest(64, 64, seed=0), 0.25, 8) == PaintRequest(32, 32, seed=0)


def test_values_beyond_the_nominal_range_survive_the_way_back() -> None:
    image = picture(64, 64)
    back = resized(resized(image, Size(32, 32)), Size(64, 64))
    assert np.abs(back - image).max() < 0.05
    assert back.dtype == np.float32
