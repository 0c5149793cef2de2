"""The red film over what is cut away."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.cut_out.film import over_film
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes


@pytest.mark.parametrize("channels", [2, 4])
def test_what_stays_is_itself_and_what_goes_is_red(channels: int) -> None:
    image = np.full((4, 6, channels), 0.5, np.float32)
    image[..., -1], image[3, 5, 0] = 0.25, np.nan
    matte = np.zeros((4, 6), np.float32)
    matte[:2] = 1.0
    with Lanes(1, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        shown = over_film(image, matte, lanes)
    assert np.array_equal(shown[:2], image[:2])
    red = (0.68, 0.2, 0.2)[: channels - 1]
    assert np.allclose(shown[2, 0], (*red, 0.25))
    assert np.isfinite(shown).all()
