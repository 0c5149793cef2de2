from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend.executors.orders import disc
from velatura_backend.engines.base import FloatImage, FloatMask
from velatura_backend.executors.worker.seams import mixed_seam_score, seam_score
from velatura_backend.executors.worker.shown import mixed
from velatura_backend.imaging import banded
from velatura_protocol.errors import Cancelled
from velatura_protocol.geometry import Size


def plainly(shown: FloatImage, weights: FloatMask) -> float | None:
    """The definition, on whole arrays."""
    alpha = shown[..., -1:]
    opaque = (alpha == 1.0).all()
    seen = shown[..., :-1] if opaque else np.concatenate((shown[..., :-1] * alpha, alpha), axis=2)
    across, beside = [np.empty(0, np.float32)], [np.empty(0, np.float32)]
    for axis in (0, 1):
        if shown.shape[axis] < 4:
            continue
        steps = np.abs(np.diff(np.moveaxis(seen, axis, 0), axis=0)).mean(axis=2)
        outline = np.diff(np.moveaxis(weights > 0.0, axis, 0), axis=0)
        next_to = ~outline
        next_to[1:-1] &= outline[:-2] | outline[2:]
        next_to[[0, -1]] = False
        finite = np.isfinite(steps)
        across.append(steps[outline & finite])
        beside.append(steps[next_to & finite])
    edge, near = np.concatenate(across), np.concatenate(beside)
    if not edge.size or not near.size:
        return None
    return float((edge.mean() + 0.5 / 255.0) / (near.mean() + 0.5 / 255.0))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 99), st.booleans())
def test_in_bands_it_is_the_same_number(height: int, width: int, seed: int, opaque: bool) -> None:
    random = np.random.default_rng(seed)
    before, after = random.random((2, height, width, 4), dtype=np.float32)
    if opaque:
        before[..., 3] = after[..., 3] = 1.0
    weights = random.random((height, width), dtype=np.float32)
    weights[random.random((height, width)) < random.random()] = 0.0
    weights[: height // 2] = np.round(weights[: height // 2])
    shown = mixed(before, after, weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banded, "BAND_PIXELS", 150)
        assert seam_score(shown, weights) == plainly(shown, weights)
        score = mixed_seam_score(before, after, weights, banded.unchecked)
        assert score == plainly(shown, weights)


def test_a_cancel_is_seen() -> None:
    def stop() -> None:
        raise Cancelled(phase="decoding")

    picture = np.ones((9, 9, 4), np.float32)
    with pytest.raises(Cancelled):
        mixed_seam_score(picture, picture, picture[..., 0], stop)


def test_a_seam_is_seen() -> None:
    random = np.random.default_rng(2)
    weights = (disc(Size(80, 60), 15) / 255).astype(np.float32)
    smooth = random.random((60, 80, 4), dtype=np.float32) * np.float32(0.1)
    whole = seam_score(smooth, weights)
    stepped = seam_score(smooth + (0.4 * weights[..., None]).astype(np.float32), weights)
    assert whole is not None
    assert stepped is not None
    assert 0.8 < whole < 1.25
    assert stepped > 5.0


@pytest.mark.parametrize("size", [Size(1, 1), Size(3, 3), Size(80, 60)])
def test_no_outline_no_score(size: Size) -> None:
    shown = np.zeros((size.height, size.width, 4), np.float32)
    assert seam_score(shown, np.ones((size.height, size.width), np.float32)) is None


def test_hidden_colour_is_no_seam() -> None:
    weights = (disc(Size(80, 60), 15) / 255).astype(np.float32)
    shown = np.zeros((60, 80, 4), np.float32)
    shown[..., :3] = np.float32(0.9) * weights[..., None]
    assert seam_score(shown, weights) == 1.0
    shown[..., 3] = 1.0
    opaque = seam_score(shown, weights)
    shown[..., :3], shown[..., 3] = 0.0, weights
    cut_out = seam_score(shown, weights)
    assert opaque is not None
    assert cut_out is not None
    assert min(opaque, cut_out) > 5.0


def test_values_that_are_not_finite_do_not_count() -> None:
    random = np.random.default_rng(2)
    weights = (disc(Size(80, 60), 15) / 255).astype(np.float32)
    shown = random.random((60, 80, 4), dtype=np.float32)
    clean = seam_score(shown, weights)
    shown[30, 20:60, 0] = (np.nan, np.inf, -np.inf, np.inf) * 10
    score = seam_score(shown, weights)
    assert clean is not None
    assert score == pytest.approx(clean, rel=0.1)
    assert seam_score(np.full_like(shown, np.nan), weights) is None
