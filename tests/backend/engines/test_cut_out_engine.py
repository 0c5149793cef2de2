from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from tests.contracts.engine import (
    SERIAL,
    EngineContract,
    RecordingContext,
    picture,
    result_of,
)
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin.cut_out import scales
from velatura_backend.engines.builtin.cut_out.engine import CutOutEngine
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_protocol.errors import Cancelled, NothingSelected
from velatura_protocol.messages import LayerPart
from velatura_protocol.tasks import Intent, Operation, Placement

GOLDEN = Path(__file__).with_name("golden") / "cut_out.png"
ORANGE, GREY_BLUE = (0.85, 0.4, 0.15), (0.35, 0.42, 0.5)


class TestCutOutKeepsTheContract(EngineContract):
    engine_id = "builtin_cut_out"
    slow_side = 1500


def scene(side: int = 128, soft: float = 1.5):
    """An orange disc with grain, soft at its edge, on grainy blue: picture, matte, and a loose
    selection."""
    random = np.random.default_rng(0)
    ys, xs = np.mgrid[:side, :side]
    away = np.hypot(ys - side / 2, xs - side / 2)
    alpha = np.clip((0.26 * side - away) / (2 * soft) + 0.5, 0, 1).astype(np.float32)
    grain = random.normal(0, 0.02, (side, side, 1))
    colours = np.array(ORANGE) + grain, np.array(GREY_BLUE) + grain
    image = np.ones((side, side, 4), np.float32)
    image[..., :3] = colours[0] * alpha[..., None] + colours[1] * (1 - alpha[..., None])
    selection = (np.maximum(abs(ys - side / 2), abs(xs - side / 2)) < 0.36 * side).astype(
        np.float32
    )
    return image, alpha, selection


def make_task(image, mask, **parameters) -> EngineTask:
    return EngineTask(Operation.CUT_OUT, Intent.NONE, image, mask, 0, parameters=parameters)


def run(task: EngineTask, **context):
    return list(CutOutEngine().run(task, RecordingContext(**{"previews": False} | context)))


def cut(image, mask, masks=None, **parameters):
    return result_of(run(replace(make_task(image, mask, **parameters), masks=masks or {})))


@pytest.mark.parametrize(("soft", "error"), [(0.5, 0.001), (1.5, 0.001), (5.0, 0.03)])
def test_the_subject_is_found_in_a_loose_selection(soft, error):
    image, alpha, selection = scene(soft=soft)
    result = cut(image, selection)
    assert result.mask is not None
    assert np.abs(result.mask - alpha).mean() < error
    assert np.abs(selection - alpha).mean() > 0.25


def test_colours_along_the_edge_are_the_subjects_own():
    image, alpha, selection = scene(soft=1.5)
    result = cut(image, selection)
    edge = (alpha > 0.25) & (alpha < 0.95)
    before, after = (np.abs(each[edge][:, :3] - ORANGE).mean() for each in (image, result.image))
    assert after < 0.4 * before


def test_away_from_the_edge_the_picture_stays_and_alpha_everywhere():
    image, alpha, selection = scene()
    image[:4, :, 3] = 0.5
    image[:4, :, :3] = 0.9
    result = cut(image, selection)
    assert np.array_equal(result.image[..., 3], image[..., 3])
    far = ndimage.binary_erosion((alpha == 0) | (alpha == 1), iterations=12)
    assert np.array_equal(result.image[far], image[far])


def test_nothing_selected_says_so():
    image, _, selection = scene()
    with pytest.raises(NothingSelected):
        cut(image, 0.1 * selection)


def test_everything_selected_is_kept():
    image, _, _ = scene(48)
    result = cut(image, np.ones((48, 48), np.float32))
    assert result.mask.min() == 1.0
    assert np.array_equal(result.image, image)


def test_holes_are_kept_only_where_they_are_asked_for():
    image, _, selection = scene()
    image[56:72, 56:72] = image[4:20, 4:20]
    closed, opened = (cut(image, selection, openings=each).mask for each in (False, True))
    assert closed[60:68, 60:68].min() > 0.95
    assert opened[60:68, 60:68].max() < 0.05


def test_what_the_user_says_is_so():
    image, alpha, selection = scene()
    subject, background = np.zeros_like(alpha), np.zeros_like(alpha)
    subject[20:26, 60:66] = 1.0  # on the blue, inside the selection
    background[70:80, 60:70] = 1.0  # on the disc
    mask = cut(image, selection, {"guide": subject, "exclude": background}).mask
    assert mask[subject > 0].min() == 1.0
    assert mask[background > 0].max() == 0.0


def test_an_outline_that_is_drawn_well_can_be_trusted():
    """Half of the disc: without a search it is cut where it is drawn."""
    image, alpha, _ = scene()
    drawn = (alpha > 0.5).astype(np.float32)
    drawn[:, 64:] = 0.0
    mask = cut(image, drawn, find_outline=False, band=4).mask
    assert mask[64, 40:56].min() > 0.9
    assert mask[64, 80:].max() < 0.05


def test_without_refinement_the_edge_is_hard():
    image, alpha, selection = scene(soft=6.0)
    hard, soft = (cut(image, selection, refine=each).mask for each in (False, True))
    widths = [((each > 0.05) & (each < 0.95)).sum() for each in (hard, soft)]
    assert widths[0] < 0.6 * widths[1]
    assert np.abs(hard - (alpha > 0.5)).mean() < 0.05


def test_shift_and_contrast_move_the_edge():
    image, _, selection = scene(soft=4.0)
    usual, less, more, hard = (
        cut(image, selection, **each).mask
        for each in ({}, {"shift": -1.0}, {"shift": 1.0}, {"contrast": 1.0})
    )
    assert less.sum() < usual.sum() < more.sum()
    soft = [((each > 0.1) & (each < 0.9)).sum() for each in (usual, hard)]
    assert soft[1] < 0.3 * soft[0]


def test_the_background_is_filled_where_the_subject_was():
    image, alpha, selection = scene()
    result = cut(image, selection, background=True)
    (layer,) = result.layers
    assert layer.part is LayerPart.BACKGROUND
    assert layer.placement is Placement.BELOW
    assert np.abs(layer.image[alpha > 0][:, :3] - GREY_BLUE).max() < 0.2
    far = ndimage.binary_dilation(alpha > 0, iterations=20)
    assert np.array_equal(layer.image[~far], image[~far])


def test_no_background_unless_asked_for():
    image, _, selection = scene(64)
    assert cut(image, selection).layers == ()


def test_previews_show_what_is_cut_away_in_red():
    image, alpha, selection = scene()
    events = run(make_task(image, selection), previews=True)
    previews = [each.image for each in events if isinstance(each, EnginePreview)]
    assert len(previews) >= 2
    ring = (selection > 0) & (alpha == 0)
    assert (previews[-1][ring][:, 0] - image[ring][:, 0]).mean() > 0.1
    assert np.abs(previews[-1] - image)[alpha == 1].mean() < 0.02


def test_grey_and_colour_are_cut_alike():
    image, alpha, selection = scene()
    grey = np.ascontiguousarray(image[..., [0, 3]])
    result = cut(grey, selection)
    assert result.image.shape == grey.shape
    assert np.abs(result.mask - alpha).mean() < 0.02


def test_what_is_not_finite_stays_and_does_no_harm():
    image, alpha, selection = scene()
    image[10, 10, 0], image[64, 64, 1], image[64, 31, 2] = np.nan, np.inf, np.nan
    result = cut(image, selection)
    bad = ~np.isfinite(image)
    assert not (~np.isfinite(result.image) & ~bad).any()
    assert np.isnan(result.image[10, 10, 0])
    assert np.abs(result.mask - alpha).mean() < 0.02


def test_highlights_keep_their_values():
    image, _, selection = scene()
    image[60:66, 60:66, :3] = 40.0
    assert cut(image, selection).image[60:66, 60:66, :3].min() == 40.0


def test_large_pictures_are_solved_in_a_smaller_size(monkeypatch):
    image, alpha, selection = scene(200, soft=4.0)
    monkeypatch.setattr(scales, "_MEDIUM_PIXELS", 100 * 100)
    result = cut(image, selection)
    assert np.abs(result.mask - alpha).mean() < 0.012
    edge = (alpha > 0.25) & (alpha < 0.75)
    before, after = (np.abs(each[edge][:, :3] - ORANGE).mean() for each in (image, result.image))
    assert after < 0.6 * before


@settings(max_examples=20, deadline=None)
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    channels=st.sampled_from([2, 4]),
    kind=st.sampled_from(["one", "half", "noise", "all"]),
    flat=st.booleans(),
    seed=st.integers(0, 2**20),
)
def test_any_size_and_selection_gives_a_matte(height, width, channels, kind, flat, seed):
    random = np.random.default_rng(seed)
    image = random.random((height, width, channels), dtype=np.float32)
    image[...] = image[0, 0] if flat else image
    mask = np.zeros((height, width), np.float32)
    mask[height // 2, width // 2] = 1.0
    if kind == "half":
        mask[:, : (width + 1) // 2] = 1.0
    elif kind != "one":
        mask = np.maximum(mask, random.random((height, width), dtype=np.float32) > 0.5)
    mask[...] = 1.0 if kind == "all" else mask
    result = cut(image, mask.astype(np.float32), background=False)
    assert result.mask.shape == (height, width)
    assert result.mask.dtype == np.float32
    assert 0.0 <= result.mask.min() <= result.mask.max() <= 1.0
    assert np.isfinite(result.image).all()
    assert np.array_equal(result.image[..., -1], image[..., -1])


def test_threads_do_not_matter():
    image = picture(300, 260, 4)
    image[80:200, 60:180, 0] += 0.4
    mask = np.zeros((300, 260), np.float32)
    mask[60:220, 40:200] = 1.0
    one, two, three = (result_of(run(make_task(image, mask), threads=n)) for n in (1, 2, 3))
    assert np.array_equal(one.mask, two.mask)
    assert np.array_equal(one.mask, three.mask)
    assert np.array_equal(one.image, three.image)


def test_cancel_stops_it_wherever_it_is(monkeypatch):
    """The flag is set before the n-th launch of a kernel, for n over the whole run."""
    image, _, selection = scene(96)
    task = make_task(image, selection)
    original, launched = Lanes.run, itertools.count()

    def counted(self, kernel, pieces, *arguments):
        next(launched)
        original(self, kernel, pieces, *arguments)

    monkeypatch.setattr(Lanes, "run", counted)
    run(task)
    launches = next(launched)
    for position in range(0, launches, launches // 8):
        context, countdown = RecordingContext(previews=False), itertools.count()

        def launch(self, kernel, pieces, *arguments, at=position, n=countdown, flag=context.cancel):
            if next(n) == at:
                flag.flag[0] = SERIAL
            original(self, kernel, pieces, *arguments)

        monkeypatch.setattr(Lanes, "run", launch)
        with pytest.raises(Cancelled):
            list(CutOutEngine().run(task, context))


def test_result_looks_as_it_did():
    """A golden picture, see the fill's: the matte, and the cut-out on green."""
    expected = np.asarray(Image.open(GOLDEN), np.float32) / 255.0
    assert float(np.abs(golden_result() - expected).mean()) < 0.01


def golden_result():
    image, _, selection = scene(96, soft=3.0)
    result = cut(image, selection)
    alpha = result.mask[..., None]
    shown = result.image[..., :3] * alpha + np.array((0.1, 0.9, 0.2), np.float32) * (1 - alpha)
    return np.clip(np.concatenate([alpha.repeat(3, axis=2), shown], axis=1), 0.0, 1.0)
