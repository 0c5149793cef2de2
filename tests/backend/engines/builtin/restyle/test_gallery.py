from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.restyle.gallery import painting
from velatura_backend.engines.builtin.restyle.gallery.make import SIDE, THUMBNAIL, painted
from velatura_backend.engines.builtin.restyle.gallery.motif import motif
from velatura_backend.engines.builtin.restyle.gallery.palettes import PALETTES
from velatura_backend.engines.builtin.restyle.paint.media import PAINTERS
from velatura_backend.engines.specs import FILL, RESTYLE
from velatura_backend.engines.specs.pictures import with_pictures


def test_every_medium_has_colours_to_be_painted_with():
    assert list(PALETTES) == list(PAINTERS)


@pytest.mark.parametrize("medium", list(PAINTERS))
def test_every_medium_has_a_painting(medium):
    shown = painting(medium)
    assert shown.shape == (SIDE, SIDE, 4)
    assert shown.dtype == np.float32
    assert (shown[..., 3] == 1.0).all()
    assert np.ptp(shown[..., :3]) > 0.6


def test_every_preset_has_a_picture_that_any_toolkit_reads():
    preset = with_pictures(RESTYLE).parameter("preset")
    assert preset is not None
    for choice in preset.choices:
        assert len(choice.picture) < 9_000
        with Image.open(BytesIO(choice.picture)) as thumbnail:
            assert thumbnail.format in ("PNG", "JPEG")
            assert thumbnail.size == (THUMBNAIL, THUMBNAIL)


def test_listed_specs_carry_no_pictures_and_others_are_left_alone():
    preset = RESTYLE.parameter("preset")
    assert preset is not None
    assert not any(choice.picture for choice in preset.choices)
    assert with_pictures(FILL) is FILL


def test_the_motif_has_all_tones_and_many_hues():
    picture = motif(128, PALETTES["oil"], 7)
    tone = picture.mean(axis=2)
    assert np.quantile(tone, 0.02) < 0.2
    assert np.quantile(tone, 0.98) > 0.8
    red, green, blue = (picture[..., c] for c in range(3))
    hue = np.arctan2(np.sqrt(3.0) * (green - blue), 2.0 * red - green - blue)
    vivid = hue[np.ptp(picture, axis=2) > 0.1]
    assert (np.histogram(vivid, 12, (-np.pi, np.pi))[0] > 0.01 * vivid.size).sum() >= 4


def test_a_painting_can_be_painted_again():
    """Small, but by the same way: the same twice."""
    with Lanes(1, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        first, second = (painted("gouache", 48, 1.0, lanes) for _ in range(2))
    assert np.array_equal(first, second)
