from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.contracts.engine import EngineContract, RecordingContext, picture, result_of
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin.restyle.engine import RestyleEngine
from velatura_backend.engines.builtin.restyle.paint.media import PAINTERS
from velatura_backend.engines.specs import RESTYLE
from velatura_backend.imaging.lut import lattice_of, looked_up
from velatura_protocol.errors import NoSource
from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Intent, Operation, Placement, Role

GOLDEN = Path(__file__).with_name("golden") / "restyle.png"
GOLDEN_MEDIA = ("oil", "ink", "halftone", "mosaic")
ONE_LEVEL = 1.0 / 255.0


def coloured(height: int, width: int, seed: int = 0):
    """A landscape of sorts: smooth areas of several hues, edges of several directions."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    image = np.ones((height, width, 4), np.float32)
    for channel in range(3):
        a, b, phase = generator.uniform(0.03, 0.12, 3)
        image[..., channel] = 0.5 + 0.4 * np.sin(a * x + b * y + 9.0 * phase)
    disc = (y - height / 2) ** 2 + (x - width / 2) ** 2 < (min(height, width) / 4) ** 2
    image[disc, :3] = (0.9, 0.3, 0.1)
    return image


def task_of(image, style=None, mask=None, seed=0, strength=1.0, **parameters) -> EngineTask:
    ones = np.ones(image.shape[:2], np.float32) if mask is None else mask
    images = {} if style is None else {Role.STYLE: (style,)}
    return EngineTask(
        Operation.RESTYLE, Intent.NONE, image, ones, seed, images,
        parameters=parameters, strength=strength,
    )  # fmt: skip


def restyled(task: EngineTask, **context):
    events = list(RestyleEngine().run(task, RecordingContext(previews=False, **context)))
    return result_of(events)


class TestPaintingKeepsTheContract(EngineContract):
    engine_id = "builtin_restyle"
    slow_side = 1400


class TestGradingKeepsTheContract(EngineContract):
    engine_id = "builtin_restyle"
    slow_side = 6000

    def make_task(self, height, width, channels):
        made = super().make_task(height, width, channels)
        return replace(made, parameters={"mode": "grade"})

    @pytest.mark.skip(reason="a grade is done before anybody can stop it")
    def test_cancel_while_it_works_stops_it_soon(self):
        """See the test of the table."""


class TestAnalogyKeepsTheContract(EngineContract):
    engine_id = "builtin_restyle"
    slow_side = 700

    def make_task(self, height, width, channels):
        made = super().make_task(height, width, channels)
        return replace(made, images={Role.STYLE: (coloured(64, 72),)})


@pytest.mark.parametrize("medium", list(PAINTERS))
def test_every_medium_paints_something_of_its_own(medium):
    image = coloured(72, 88)
    result = restyled(task_of(image, preset=medium)).image
    assert result[..., :3].min() >= 0.0
    assert result[..., :3].max() <= 1.0 + 1e-6
    assert np.array_equal(result[..., 3], image[..., 3])
    assert np.abs(result - image).mean() > 0.01


def test_the_spec_offers_every_painter_and_no_other():
    preset = RESTYLE.parameter("preset")
    assert preset is not None
    assert [choice.id for choice in preset.choices] == list(PAINTERS)


@pytest.mark.parametrize("medium", ["oil", "gouache", "watercolour", "pastel", "mosaic"])
def test_a_medium_keeps_the_pictures_tones(medium):
    image = coloured(96, 96)
    result = restyled(task_of(image, preset=medium)).image
    before, after = (each[..., :3].mean(axis=2) for each in (image, result))
    assert np.corrcoef(blocks(before).ravel(), blocks(after).ravel())[0, 1] > 0.8


@pytest.mark.parametrize("medium", ["ink", "stipple", "pencil", "woodcut"])
def test_drawn_media_are_darker_where_the_picture_is(medium):
    image = np.ones((96, 128, 4), np.float32)
    image[..., :3] = np.linspace(0.0, 1.0, 128, dtype=np.float32)[None, :, None]
    tone = restyled(task_of(image, preset=medium)).image[..., :3].mean(axis=(0, 2))
    quarters = tone.reshape(4, 32).mean(axis=1)
    assert (np.diff(quarters) > 0.01).all()


def blocks(plane):
    height, width = plane.shape
    return plane.reshape(height // 12, 12, width // 12, 12).mean(axis=(1, 3))


def test_more_faithful_is_closer():
    image = coloured(128, 128)
    loose, close = (
        restyled(task_of(image, preset="oil", faithful=care, keep_lines=care)).image
        for care in (0.0, 1.0)
    )
    assert np.abs(close - image).mean() < np.abs(loose - image).mean()


def test_strength_is_a_share_of_the_change():
    image = coloured(64, 64)
    whole = restyled(task_of(image, preset="gouache")).image
    half = restyled(task_of(image, preset="gouache", strength=0.5)).image
    none = restyled(task_of(image, preset="gouache", strength=0.0)).image
    assert np.allclose(half, 0.5 * (image + whole), atol=1e-5)
    assert np.allclose(none, image, atol=1e-6)


@pytest.mark.parametrize("mode", ["full", "grade"])
def test_alpha_and_light_beyond_white_and_what_is_no_number_stay(mode):
    image = coloured(64, 64)
    image[10:20, 10:20, :3] = 6.0
    image[30, 30, 1], image[40, 40, :3] = np.nan, np.inf
    image[50:, :, 3] = 0.25
    image[60:, 60:, 3] = 0.0
    result = restyled(task_of(image, preset="pastel", mode=mode)).image
    assert np.array_equal(result[..., 3], image[..., 3])
    assert result[10:20, 10:20, :3].min() > 4.0
    assert np.isnan(result[30, 30, 1])
    assert np.isinf(result[40, 40, :3]).all()
    strange = ~np.isfinite(image)
    assert np.isfinite(result[~strange]).all()


def test_colour_under_transparency_is_not_painted_with():
    image = coloured(64, 64)
    image[:, 32:] = (0.0, 1.0, 0.0, 0.0)
    image[:, :32, :3] = 0.5
    result = restyled(task_of(image, preset="oil")).image[:, :30, :3]
    assert np.abs(result.mean(axis=(0, 1)) - 0.5).max() < 0.12


def test_an_empty_mask_gives_the_input_back():
    image = coloured(16, 16)
    empty = np.zeros((16, 16), np.float32)
    assert np.array_equal(restyled(task_of(image, mask=empty)).image, image)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    channels=st.sampled_from([2, 4]),
    preset=st.sampled_from(list(PAINTERS)),
    way=st.sampled_from(["paint", "grade", "style"]),
)
def test_any_size_works(height, width, channels, preset, way):
    image = picture(height, width, channels)
    style = coloured(40, 40) if way == "style" else None
    mode = "grade" if way == "grade" else "full"
    result = restyled(task_of(image, style, preset=preset, mode=mode)).image
    assert result.shape == image.shape
    assert np.isfinite(result).all()


def test_a_grade_takes_the_styles_colours():
    style = np.ones((32, 32, 4), np.float32)
    style[..., :3] = (0.1, 0.3, 0.7)
    style[:16, :, :3] = (0.8, 0.6, 0.2)
    image = coloured(96, 96)
    result = restyled(task_of(image, style, mode="grade")).image
    before, after, wanted = (each[..., :3].mean(axis=(0, 1)) for each in (image, result, style))
    assert np.abs(after - wanted).max() < 0.25 * np.abs(before - wanted).max() + 0.05


def test_a_colour_table_makes_the_grade_again():
    image = coloured(96, 96)
    style = coloured(48, 48, seed=5)
    result = restyled(task_of(image, style, mode="grade", colour_table=True, strength=0.8))
    (layer,) = result.layers
    assert layer.part is LayerPart.COLOUR_TABLE
    assert layer.placement is Placement.NEW_DOCUMENT
    assert layer.image.shape == (512, 512, 4)
    stored = np.rint(layer.image * 255.0) / 255.0
    again = looked_up(lattice_of(stored), image[..., :3])
    wanted = np.clip(result.image[..., :3], 0.0, 1.0)
    assert np.abs(again - wanted).max() < ONE_LEVEL


def test_no_colour_table_unless_asked_for():
    image = coloured(32, 32)
    assert not restyled(task_of(image, mode="grade")).layers
    assert not restyled(task_of(image, colour_table=True)).layers


def test_greys_stay_grey_when_they_are_to():
    grey = np.linspace(0.0, 1.0, 64 * 64, dtype=np.float32).reshape(64, 64)
    image = np.dstack([grey, grey, grey, np.ones_like(grey)])
    kept = restyled(task_of(image, coloured(64, 64), mode="grade", keep_neutrals=1.0)).image
    tinted = restyled(task_of(image, coloured(64, 64), mode="grade")).image
    assert np.ptp(kept[..., :3], axis=2).max() < 0.02 < np.ptp(tinted[..., :3], axis=2).max()


def test_a_style_of_one_piece_is_taken_apart():
    """Pieces of two colours only: what comes out has no other."""
    style = np.ones((48, 48, 4), np.float32)
    style[..., :3] = (0.95, 0.95, 0.9)
    style[:, ::6, :3] = style[:, 1::6, :3] = (0.1, 0.1, 0.3)
    result = restyled(task_of(coloured(64, 64), style)).image
    assert result[..., :3].min() > 0.05
    assert result[..., 2].max() < 0.95


def test_the_pictures_colours_can_be_kept_under_a_style():
    image, style = coloured(80, 80), coloured(64, 64, seed=9)
    kept, taken = (restyled(task_of(image, style, colours=how)).image for how in ("keep", "style"))
    own = image[..., :3].mean(axis=(0, 1))
    distance = [np.abs(each[..., :3].mean(axis=(0, 1)) - own).max() for each in (kept, taken)]
    assert distance[0] < distance[1]


def test_a_transparent_style_is_no_source():
    style = coloured(32, 32)
    style[..., 3] = 0.0
    with pytest.raises(NoSource):
        restyled(task_of(coloured(32, 32), style))


def test_previews_come_from_the_sketch_on():
    image = coloured(420, 420)
    events = list(RestyleEngine().run(task_of(image, preset="oil"), RecordingContext()))
    previews = [event for event in events if isinstance(event, EnginePreview)]
    assert len(previews) >= 3
    assert all(np.array_equal(each.image[..., 3], image[..., 3]) for each in previews)


def golden_sheet():
    """Four media side by side, 8 bit."""
    image = coloured(48, 48)
    results = [restyled(task_of(image, preset=medium)).image for medium in GOLDEN_MEDIA]
    return np.rint(np.clip(np.hstack(results)[..., :3], 0.0, 1.0) * 255.0).astype(np.uint8)


def test_a_tiny_picture_looks_as_it_did():
    wanted = np.asarray(Image.open(GOLDEN).convert("RGB"), np.int16)
    error = np.abs(golden_sheet().astype(np.int16) - wanted)
    assert error.mean() < 2.0


@pytest.mark.parametrize("medium", ["oil", "risograph", "mosaic", "style"])
def test_more_threads_paint_the_same_where_there_is_enough_to_deal_out(medium):
    image = coloured(200, 240)
    style = coloured(64, 64, seed=2) if medium == "style" else None
    preset = "oil" if medium == "style" else medium
    one, three = (restyled(task_of(image, style, preset=preset), threads=n).image for n in (1, 3))
    assert np.array_equal(one, three)
