from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext
from velatura_backend.engines.diffusion.quality.enlarging import resized, resized_crop
from velatura_protocol.geometry import Size


def picture(height: int = 20, width: int = 30) -> np.ndarray:
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    disc = np.clip(7.5 - np.hypot(ys - height / 2, xs - width / 2), 0.0, 1.0)
    return np.dstack([0.8 - 0.6 * disc, 0.5 + 0.3 * disc, disc]).astype(np.float32)


@pytest.mark.parametrize("size", [Size(30, 20), Size(31, 21), Size(12, 9), Size(75, 50)])
def test_any_size(size: Size):
    result = resized(picture(), size, RecordingContext())
    assert result.shape == (size.height, size.width, 3)
    assert result.dtype == np.float32


def test_enlarged_edges_are_sharper_than_a_resample():
    from velatura_backend.engines.diffusion.quality.frames import scaled

    size = Size(60, 40)
    fine, plain = resized(picture(), size, RecordingContext()), scaled(picture(), size)
    steps = [np.abs(np.diff(each[..., 2], axis=1)).max() for each in (fine, plain)]
    assert steps[0] > 1.05 * steps[1]


def test_transparency_is_enlarged_too():
    image = np.dstack([picture(), picture()[..., 2]])
    assert resized_crop(image, Size(60, 40), RecordingContext()).shape == (40, 60, 4)
