from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from velatura_backend.imaging.files.orientation import to_stored, to_upright

STORED = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_turn_as_the_tag_says_and_back(orientation):
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(STORED).save(buffer, "PNG", exif=exif)
    wanted = np.asarray(ImageOps.exif_transpose(Image.open(buffer)))
    upright = to_upright(STORED, orientation)
    assert np.array_equal(upright, wanted)
    assert np.array_equal(to_stored(upright, orientation), STORED)
