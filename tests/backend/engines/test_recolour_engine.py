from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.backend.engines.recolour_tasks import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    grey_of,
    is_near,
    logo,
    recoloured,
)
from tests.contracts.engine import (
    SERIAL,
    EngineContract,
    RecordingContext,
    picture,
    result_of,
)
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.recolour.engine import RecolourEngine
from velatura_backend.engines.builtin.recolour.oklab import to_oklab
from velatura_backend.imaging.palettes import from_hex
from velatura_protocol.errors import Cancelled
from velatura_protocol.tasks import Intent, Operation

GOLDEN = Path(__file__).with_name("golden") / "recoloured.png"
HALF_A_16_BIT_LEVEL = 0.5 / 65535


class TestRecolourKeepsTheContract(EngineContract):
    engine_id = "builtin_recolour"
    slow_side = 3000

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        """Of a grey document only tones can be asked for."""
        task = super().make_task(height, width, channels)
        return replace(task, parameters={"mode": "snap"}) if channels == 2 else task


def test_its_own_palette_is_the_identity():
    image, _, _ = logo()
    result = recoloured(image, palette=(WHITE, RED, BLUE))
    assert np.abs(result - image).max() < HALF_A_16_BIT_LEVEL


@pytest.mark.parametrize("seed", range(3))
def test_amount_0_is_the_identity(seed):
    image = picture(64, 64, 4, seed)
    assert np.abs(recoloured(image, seed, amount=0.0) - image).max() < HALF_A_16_BIT_LEVEL


def test_a_given_palette_is_taken_exactly_and_mixtures_stay_mixtures():
    """Edges of one colour on another: the same mixture of the new colours, within a few percent."""
    image, covers, flat = logo(colours=(WHITE, RED))
    result = recoloured(image, palette=("#ffe8b0", "#204060"))
    assert is_near(result[flat & (covers[0] == 1)], "#204060").all()
    assert is_near(result[flat & (covers[0] == 0)], "#ffe8b0").all()
    light, dark = from_hex(("#ffe8b0", "#204060"))
    wanted = light + covers[0][..., None] * (dark - light)
    assert np.abs(result[..., :3] - wanted).max() < 0.02


def test_locked_colours_stay_exactly():
    image, covers, _ = logo()
    for seed in range(4):
        result = recoloured(image, seed, lock=(RED,))
        kept = is_near(image, RED)
        assert kept.sum() > 100
        assert np.array_equal(result[kept], image[kept])
        other = covers[1] == 1
        assert np.abs(result - image)[other].max() > 0.1


@pytest.mark.parametrize("seed", range(8))
def test_a_harmony_keeps_lightness(seed):
    image, _, flat = logo(colours=(WHITE, RED, BLUE))
    before, after = (to_oklab(each[flat][:, :3])[:, 0] for each in (image, recoloured(image, seed)))
    assert np.abs(after - before).max() < 0.02


def test_seeds_are_other_harmonies():
    image, _, _ = logo()
    results = [recoloured(image, seed) for seed in range(7)]
    for one, other in itertools.combinations(results, 2):
        assert np.abs(one - other).max() > 0.03


def test_alpha_and_what_is_not_finite_stay():
    image, _, _ = logo()
    image[50, 50, 0], image[51, 50, 1], image[52, 50, 2] = np.nan, np.inf, -np.inf
    for parameters in ({}, {"mode": "snap"}):
        result = recoloured(image, **parameters)
        assert np.array_equal(result[..., 3], image[..., 3])
        assert np.array_equal(result[50:53, 50], image[50:53, 50], equal_nan=True)
        assert np.isfinite(np.delete(result[:, 50], (50, 51, 52), axis=0)).all()


def test_highlights_stay_highlights():
    image, _, _ = logo()
    image[60:66, 60:66, :3] *= 8.0
    result = recoloured(image, 1)
    assert result[60:66, 60:66, :3].max() > 2.0
    assert result.max() < 9.0


def test_only_what_is_selected_says_which_colours_there_are():
    image, _, _ = logo()
    mask = np.zeros(image.shape[:2], np.float32)
    mask[40:70, 60:66] = 1.0  # inside the blue disc
    result = recoloured(image, mask=mask, palette=("#102030",))
    assert is_near(result[50:60, 61:65], "#102030").all()


def test_a_pictures_colours_are_a_palette():
    image, covers, flat = logo(colours=(WHITE, RED))
    other, _, _ = logo(colours=("#101820", GREEN))
    result = recoloured(image, images={"palette": (other,)})
    assert is_near(result[flat & (covers[0] == 0)], GREEN, 1e-3).all()


def test_a_preview_comes_before_the_result():
    image = picture(80, 80, 4)
    task = EngineTask(Operation.RECOLOUR, Intent.NONE, image, np.ones((80, 80), np.float32), 0)
    events = list(RecolourEngine().run(task, RecordingContext()))
    assert any(isinstance(event, EnginePreview) for event in events)


@settings(max_examples=20, deadline=None)
@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    mode=st.sampled_from(["palette", "snap", "strokes", "reference"]),
    kind=st.sampled_from(["noise", "flat", "transparent", "huge"]),
    seed=st.integers(-(2**40), 2**40),
)
def test_any_picture_gives_a_finite_one_of_its_size(height, width, mode, kind, seed):
    random = np.random.default_rng(abs(seed))
    image = random.random((height, width, 4), dtype=np.float32)
    if kind == "flat":
        image[...] = image[0, 0]
    image[..., 3] = 0.0 if kind == "transparent" else 1.0
    image[..., :3] *= 1000.0 if kind == "huge" else 1.0
    role = mode if mode in ("strokes", "reference") else ""
    other = random.random((height, width, 4), dtype=np.float32)
    result = recoloured(
        image, seed, {role: (other,)} if role else None, mode="colourise" if role else mode
    )
    assert result.shape == image.shape
    assert np.isfinite(result).all()
    assert np.array_equal(result[..., 3], image[..., 3])


@pytest.mark.parametrize("mode", ["palette", "snap", "colourise"])
@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_matter(mode, threads):
    image = picture(160, 200, 4)
    task = EngineTask(
        Operation.RECOLOUR,
        Intent.NONE,
        image,
        np.ones(image.shape[:2], np.float32),
        3,
        {"reference": (picture(100, 90, 4, 5),)},
        parameters={"mode": mode},
    )
    one, several = (
        result_of(list(RecolourEngine().run(task, RecordingContext(each, False)))).image
        for each in (1, threads)
    )
    assert np.array_equal(one, several)


@pytest.mark.parametrize("mode", ["palette", "snap", "colourise"])
def test_cancel_stops_it_wherever_it_is(mode, monkeypatch):
    """The flag is set before the n-th launch of a kernel, for n over the whole run."""
    image = picture(64, 64, 4)
    task = EngineTask(
        Operation.RECOLOUR,
        Intent.NONE,
        image,
        np.ones((64, 64), np.float32),
        0,
        {"reference": (image,)},
        parameters={"mode": mode},
    )
    original, launched = Lanes.run, itertools.count()

    def counted(self, kernel, pieces, *arguments):
        next(launched)
        original(self, kernel, pieces, *arguments)

    monkeypatch.setattr(Lanes, "run", counted)
    list(RecolourEngine().run(task, RecordingContext(previews=False)))
    launches = next(launched)
    for position in range(0, launches, max(1, launches // 8)):
        context, countdown = RecordingContext(previews=False), itertools.count()

        def launch(self, kernel, pieces, *arguments, at=position, n=countdown, flag=context.cancel):
            if next(n) == at:
                flag.flag[0] = SERIAL
            original(self, kernel, pieces, *arguments)

        monkeypatch.setattr(Lanes, "run", launch)
        with pytest.raises(Cancelled):
            list(RecolourEngine().run(task, context))


def test_result_looks_as_it_did():
    """A golden picture, see the fill's."""
    expected = np.asarray(Image.open(GOLDEN), np.float32) / 255.0
    assert float(np.abs(golden_result() - expected).mean()) < 0.01


def golden_result():
    """Two colourways, snapped, and coloured from strokes, side by side."""
    image, _, _ = logo(64, (WHITE, RED, BLUE))
    strokes = np.zeros_like(image)
    strokes[36:44, 24:34], strokes[50:63, 2:8] = (
        (*from_hex((colour,))[0], 1.0) for colour in (GREEN, WHITE)
    )
    parts = [
        recoloured(image, 1),
        recoloured(image, 3),
        recoloured(picture(64, 64, 4), mode="snap", colours=4),
        recoloured(grey_of(image), images={"strokes": (strokes,)}, mode="colourise"),
    ]
    return np.clip(np.concatenate(parts, axis=1)[..., :3], 0.0, 1.0)
