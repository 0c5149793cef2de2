from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.quality.frames import (
    into_frame,
    mask_into_frame,
    scaled,
    unpadded,
)
from velatura_backend.engines.diffusion.quality.plan import Frame
from velatura_protocol.geometry import Rect, Size


def picture(height: int, width: int) -> np.ndarray:
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [0.5 + 0.3 * np.sin((xs + k * ys) / 17.0) for k in (0, 1, 2)]
    return np.dstack(waves).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90))
def test_unscaled_pixels_come_back_as_they_were(height: int, width: int):
    outer = Size(-(-width // 16) * 16, -(-height // 16) * 16)
    frame = Frame(Rect(0, 0, width, height), Size(width, height), outer)
    image = picture(height, width)
    inside = into_frame(frame, image)
    assert inside.shape == (outer.height, outer.width, 3)
    assert np.array_equal(unpadded(frame, inside), image)


def test_scaled_pixels_come_back_where_they_were():
    """Smooth tones survive a reduction and the way back without moving."""
    frame = Frame(Rect(0, 0, 200, 120), Size(100, 60), Size(112, 64))
    image = picture(120, 200)
    back = scaled(unpadded(frame, into_frame(frame, image)), frame.region.size)
    assert np.abs(back - image)[8:-8, 8:-8].max() < 0.01


def test_what_is_padded_mirrors_the_picture():
    frame = Frame(Rect(0, 0, 20, 10), Size(20, 10), Size(32, 16))
    image = picture(10, 20)
    padded = into_frame(frame, image)
    assert np.array_equal(padded[10:16, :20], image[:3:-1])
    assert np.array_equal(padded[:10, 20:32], image[:, :7:-1])


def test_masks_stay_in_their_range():
    frame = Frame(Rect(0, 0, 64, 64), Size(23, 23), Size(32, 32))
    mask = np.zeros((64, 64), np.float32)
    mask[20:40, 20:40] = 1.0
    small = mask_into_frame(frame, mask)
    assert small.min() >= 0.0
    assert small.max() <= 1.0
    assert small[10, 10] == 1.0


def test_the_same_size_is_the_same_array():
    image = picture(9, 9)
    assert scaled(image, Size(9, 9)) is image
