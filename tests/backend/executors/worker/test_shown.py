from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.executors.worker.shown import (
    alpha_mode,
    edited_area,
    mixed,
    reduced,
    with_alpha,
)
from velatura_backend.imaging.composite import composite
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import AlphaMode, Canvas, Operation, Task

RANDOM = np.random.default_rng(1)


def noise(height: int = 30, width: int = 40) -> np.ndarray:
    return RANDOM.random((height, width, 4), dtype=np.float32)


def test_the_mixture_follows_the_law() -> None:
    under, over = noise(), noise()
    weights = RANDOM.random((30, 40), dtype=np.float32)
    weights[:5], weights[5:10] = 0.0, 1.0
    under[:, :3, 3] = over[:, :3, 3] = 0.0
    wanted = composite(under, Rect(0, 0, 40, 30), over, weights)
    np.testing.assert_allclose(mixed(under, over, weights)[:, 3:], wanted[:, 3:], atol=1e-5)
    np.testing.assert_array_equal(mixed(under, over, weights)[:5, :3], under[:5, :3])


def test_what_does_not_show_spoils_nothing() -> None:
    under, over = noise(), noise()
    weights = np.zeros((30, 40), np.float32)
    weights[10:20] = 1.0
    under[10:20], over[20:] = np.nan, np.inf
    shown = mixed(under, over, weights)
    np.testing.assert_array_equal(shown[10:20], over[10:20])
    np.testing.assert_array_equal(shown[20:], under[20:])


@pytest.mark.parametrize("mode", AlphaMode)
def test_alpha(mode: AlphaMode) -> None:
    image, result = noise(), noise()
    made = result[..., 3].copy()
    wanted = {AlphaMode.KEEP: image[..., 3], AlphaMode.OPAQUE: 1.0, AlphaMode.CUT_OUT: made}[mode]
    assert (with_alpha(result, image, mode)[..., 3] == wanted).all()


@pytest.mark.parametrize("asked", AlphaMode)
def test_a_new_layout_has_its_own_alpha_unless_it_is_to_be_opaque(asked: AlphaMode) -> None:
    canvas = Canvas(Size(4, 4), PixelFormat(Depth.U8, Layout.RGBA))
    assert alpha_mode(Task(Operation.RESTYLE, canvas, alpha=asked)) is asked
    own = {AlphaMode.OPAQUE: AlphaMode.OPAQUE}.get(asked, AlphaMode.CUT_OUT)
    assert alpha_mode(Task(Operation.TILE, canvas, alpha=asked)) is own
    assert alpha_mode(Task(Operation.VARY, canvas, alpha=asked)) is own


def test_an_engines_alpha_stays_in_range() -> None:
    result = np.zeros((1, 3, 4), np.float32)
    result[0, :, 3] = (-1.0, np.nan, 2.0)
    alpha = with_alpha(result, result.copy(), AlphaMode.CUT_OUT)[0, :, 3]
    assert alpha.tolist() == [0.0, 0.0, 1.0]


def test_a_large_picture_is_reduced() -> None:
    image = np.ones((100, 300, 4), np.float32) * np.float32(0.25)
    small = reduced(image, 30)
    assert small.shape == (10, 30, 4)
    np.testing.assert_allclose(small, 0.25, atol=1e-6)
    assert reduced(image, 0) is image
    assert reduced(image, 300) is image


def test_the_edited_area() -> None:
    weights = np.zeros((30, 40), np.float32)
    assert edited_area(weights, 3).is_empty
    weights[10:12, 0:5] = 0.5
    assert edited_area(weights, 3) == Rect(0, 7, 8, 8)
