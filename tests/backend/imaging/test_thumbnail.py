from __future__ import annotations

import numpy as np
import pytest

from tests.support.images import SRGB_PARAMETERS, matrix_profile, parametric_tag
from velatura_backend.imaging.arrays import view_samples
from velatura_backend.imaging.thumbnail import THUMBNAIL_FORMAT, thumbnail
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import ColourSpace, Layout, Transfer


def test_a_thumbnail_is_small_srgb():
    p3 = matrix_profile(parametric_tag(3, *SRGB_PARAMETERS))
    document = np.full((400, 800, 4), (0, 0, 65535, 65535), "<u2")
    made = thumbnail(document, Layout.BGRA, ColourSpace(p3), 64)
    assert made.size == Size(64, 32)
    assert made.format == THUMBNAIL_FORMAT
    assert view_samples(made)[5, 5].tolist() == [255, 0, 0, 255]


def test_grey_linear_light_is_encoded():
    document = np.full((4, 4, 1), 0.2140411, "<f4")
    made = thumbnail(document, Layout.GREY, ColourSpace(b"", Transfer.LINEAR))
    assert view_samples(made)[0, 0] == pytest.approx([128, 128, 128, 255], abs=1)
