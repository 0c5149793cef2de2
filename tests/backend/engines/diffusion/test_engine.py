from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")


from tests.backend.engines.diffusion.orders import MODEL, EmptyShelf, made, make_task, run
from tests.backend.engines.diffusion.painters import SD15, SMALL, KnownPainter
from tests.contracts.engine import (
    SERIAL,
    RecordingContext,
    hole_in,
    picture,
)
from velatura_backend.engines.base import (
    EngineContext,
    EnginePreview,
    EngineProgress,
    EngineTask,
)
from velatura_backend.engines.diffusion.engine import DiffusionEngine
from velatura_backend.engines.diffusion.painting.contract import (
    PaintEvent,
    PaintProgress,
    PaintRequest,
)
from velatura_backend.engines.diffusion.specs import spec_of
from velatura_backend.engines.resources import EngineResources
from velatura_protocol.errors import Cancelled, NoSource
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Intent, Operation, Role

pytestmark = pytest.mark.usefixtures("warm")

INTENTS = (Intent.FILL, Intent.REMOVE, Intent.ADD, Intent.EXPAND, Intent.REPLACE_BACKGROUND)


@pytest.mark.parametrize("traits", [SMALL, SD15], ids=["small", "sd15"])
@pytest.mark.parametrize("intent", INTENTS)
def test_a_fill_paints_what_the_mask_shows_and_nothing_else(intent, traits):
    task = make_task(intent=intent)
    result = made(task, KnownPainter(traits))
    inside = task.mask > 0.0
    assert np.array_equal(result[~inside], task.image[~inside])
    middle = result[46:50, 50:54, :3].mean(axis=(0, 1))
    if intent is Intent.REMOVE:  # half of the schedule: between the pre-fill and the painter's red
        assert middle[0] > middle[1] + 0.05
    else:
        assert middle == pytest.approx((0.8, 0.2, 0.2), abs=0.12)
    assert (result[inside][:, 3] == 1.0).all()


def test_a_grey_crop_stays_grey():
    task = make_task(image=picture(64, 64, 2))
    result = made(task)
    assert result.shape == (64, 64, 2)
    assert result[32, 32, 0] == pytest.approx(0.2126 * 0.8 + 0.7874 * 0.2, abs=0.06)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (1, 200), (37, 41)])
def test_any_size_of_crop(height, width):
    image = np.full((height, width, 4), 0.4, np.float32)
    image[..., 3] = 1.0
    mask = np.zeros((height, width), np.float32)
    mask[0, 0] = 1.0
    assert made(make_task(image=image, mask=mask)).shape == image.shape


def test_an_empty_mask_gives_the_picture_back_unpainted():
    painter = KnownPainter()
    task = make_task(mask=np.zeros((96, 104), np.float32))
    assert np.array_equal(made(task, painter), task.image)
    assert painter.requests == []


def test_everything_selected_is_painted_from_nothing():
    painter = KnownPainter()
    task = make_task(mask=np.ones((96, 104), np.float32))
    result = made(task, painter)
    assert painter.requests[0].image is None
    assert result[..., :3].mean(axis=(0, 1)) == pytest.approx((0.8, 0.2, 0.2), abs=0.02)


def test_everything_removed_leaves_nothing_to_go_by():
    with pytest.raises(NoSource):
        run(make_task(intent=Intent.REMOVE, mask=np.ones((96, 104), np.float32)))


def test_no_strength_is_no_change():
    task = make_task(strength=0.0)
    assert np.array_equal(made(task), task.image)


def test_below_full_strength_what_is_there_is_refined():
    painter = KnownPainter()
    task = make_task(strength=0.5)
    run(task, painter)
    (request,) = painter.requests
    assert request.strength == 0.5
    assert request.image is not None


def test_a_large_selection_is_painted_twice():
    painter = KnownPainter()
    image = picture(400, 420, 4)
    mask = np.zeros(image.shape[:2], np.float32)
    mask[60:340, 80:330] = 1.0
    result = made(make_task(image=image, mask=mask), painter)
    first, second = painter.requests
    assert first.height * first.width <= SMALL.max_area
    assert second.strength == 0.4
    assert second.height > first.height
    assert result[200, 200, :3] == pytest.approx((0.8, 0.2, 0.2), abs=0.05)


def test_a_shift_of_tone_does_not_come_through():
    """What surrounds the mask came back darker; so did what was painted."""
    image = np.full((128, 128, 4), (0.5, 0.6, 0.7, 1.0), np.float32)
    task = make_task(image=image)
    painter = KnownPainter(colour=(0.5, 0.6, 0.7), shade=lambda p: p - np.float32(0.05))
    assert np.abs(made(task, painter) - image).max() < 0.01
    without = replace(task, parameters={"colour_match": 0.0})
    assert np.abs(made(without, painter) - image).max() > 0.04


def test_a_smooth_fill_of_a_noisy_picture_gets_grain():
    random = np.random.default_rng(0)
    image = np.full((128, 128, 4), (0.5, 0.6, 0.7, 1.0), np.float32)
    image[..., :3] += random.normal(0, 0.02, (128, 128, 3))
    result = made(make_task(image=image, parameters={"grain": 1.0}))
    assert result[54:74, 54:74, 0].std() == pytest.approx(0.02, rel=0.4)


def test_transparent_surroundings_and_straight_alpha():
    image = picture(96, 96, 4)
    image[:, :40, :3], image[:, :40, 3] = (0.0, 1.0, 0.0), 0.0
    painter = KnownPainter()
    result = made(make_task(image=image), painter)
    inside = hole_in(96, 96) > 0.0
    assert (result[inside][:, 3] == 1.0).all()
    assert result[48, 48, 1] < 0.5
    shown = painter.requests[0].image
    assert shown is not None
    assert not (np.abs(shown - np.array((0.0, 1.0, 0.0), np.float32)).max(axis=2) < 0.2).any()


def test_a_removal_beside_transparency_takes_its_alpha():
    image = picture(96, 96, 4)
    image[..., 3] = 0.0
    image[40:56, 40:56, 3] = 1.0
    mask = np.zeros((96, 96), np.float32)
    mask[36:60, 36:60] = 1.0
    assert made(make_task(intent=Intent.REMOVE, image=image, mask=mask))[48, 48, 3] < 0.05


def test_values_out_of_range_survive_a_refinement():
    image = picture(64, 64, 4)
    image[30, 30, 0], image[31, 31, 1] = 30.0, -2.0
    image[5, 5, 0] = np.nan
    result = made(make_task(image=image, strength=0.3))
    assert result[30, 30, 0] > 28.0
    assert result[31, 31, 1] < -1.0
    assert np.isnan(result[5, 5, 0])
    assert np.isfinite(np.delete(result.reshape(-1, 4), 5 * 64 + 5, axis=0)).all()


def test_not_a_number_under_the_mask_is_painted_over():
    image = picture(64, 64, 4)
    image[30:34, 30:34] = np.nan
    image[0, 0] = np.inf
    result = made(make_task(image=image))
    assert np.isfinite(result[hole_in(64, 64) > 0.0]).all()


def test_previews_lie_in_their_place():
    task = make_task(image=picture(300, 300, 4), mask=hole_in(300, 300))
    previews = [e for e in run(task) if isinstance(e, EnginePreview)]
    assert previews
    for preview in previews:
        assert preview.image.shape == task.image.shape
    assert previews[0].image[150, 150, 0] == pytest.approx(0.5, abs=0.01)


def test_progress_rises_to_the_end():
    task = make_task(intent=Intent.REMOVE, image=picture(300, 300, 4), mask=hole_in(300, 300))
    fractions = [e.fraction for e in run(task) if isinstance(e, EngineProgress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.7


@pytest.mark.parametrize("operation", [Operation.VARY, Operation.RESTYLE])
def test_a_whole_layer_is_changed_from_what_it_is(operation):
    painter = KnownPainter()
    task = make_task(operation, Intent.NONE, mask=np.ones((96, 104), np.float32), strength=0.5)
    result = made(task, painter)
    request = painter.requests[0]
    assert request.image is not None
    assert request.mask is None
    assert 0.3 <= request.strength <= 0.5
    share = request.strength
    expected = (1 - share) * task.image[..., :3] + share * np.array((0.8, 0.2, 0.2), np.float32)
    assert np.abs(result[..., :3] - expected).mean() < 0.12


def test_a_model_that_edits_is_told_what_to_change():
    painter = KnownPainter(replace(SMALL, edits=True))
    whole = np.ones((96, 104), np.float32)
    run(make_task(Operation.RESTYLE, Intent.NONE, mask=whole, prompt="make it night"), painter)
    assert painter.requests[0].instruction
    assert painter.requests[0].image is not None
    run(make_task(Operation.RESTYLE, Intent.NONE, mask=whole), painter)
    assert not painter.requests[-1].instruction


def test_control_pictures_are_cut_to_what_is_painted():
    seen: list[EngineTask] = []

    class Watching(DiffusionEngine):
        def _adapted(self, task: EngineTask, request: PaintRequest) -> PaintRequest:
            seen.append(task)
            return super()._adapted(task, request)

    shelf, painter = EmptyShelf(), KnownPainter()
    engine = Watching(MODEL, EngineResources(shelf), spec_of(MODEL, shelf), painter)
    image = picture(300, 300, 4)
    mask = np.zeros((300, 300), np.float32)
    mask[40:50, 200:212] = 1.0
    lines = np.ones_like(image)
    lines[..., 0] = np.arange(300, dtype=np.float32)[None, :] / 300.0
    role = Role.CONTROL_PREFIX + "canny"
    style = np.ones((7, 9, 4), np.float32)
    task = make_task(
        image=image, mask=mask, strength=0.5, images={role: (lines,), Role.STYLE: (style,)}
    )
    list(engine.run(task, RecordingContext()))
    request = painter.requests[0]
    (control,) = seen[0].images[role]
    assert control.shape[:2] == (request.height, request.width)
    assert request.image is not None
    assert request.mask is not None
    at = np.unravel_index(np.argmax(request.mask), (request.height, request.width))
    assert control[at][0] == pytest.approx(206 / 300, abs=0.06)
    assert seen[0].images[Role.STYLE][0] is style


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**16), st.sampled_from((Intent.FILL, Intent.ADD)), st.booleans())
def test_any_mask_in_any_crop(seed: int, intent: Intent, grey: bool):
    random = np.random.default_rng(seed)
    height, width = (int(each) for each in random.integers(1, 90, 2))
    image = picture(height, width, 2 if grey else 4, seed)
    mask = (random.random((height, width)) > random.random()).astype(np.float32)
    mask *= random.random((height, width), np.float32)
    result = made(make_task(intent=intent, image=image, mask=mask))
    assert result.shape == image.shape
    assert np.isfinite(result).all()
    assert np.array_equal(result[mask == 0.0], image[mask == 0.0])


class SlowPainter(KnownPainter):
    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        for step in range(1000):
            context.cancel.check(Phase.STEPPING)
            time.sleep(0.005)
            yield PaintProgress(Phase.STEPPING, step / 1000, step, 1000)


def test_cancel_while_it_paints():
    context = RecordingContext(previews=False)
    timer = threading.Timer(0.1, lambda: context.cancel.flag.__setitem__(0, SERIAL))
    timer.start()
    with pytest.raises(Cancelled):
        run(make_task(), SlowPainter(), context)
    timer.join()


@pytest.mark.parametrize("operation", [Operation.FILL, Operation.GENERATE, Operation.UPSCALE])
def test_cancelled_before_it_starts_it_does_nothing(operation):
    context, painter = RecordingContext(), KnownPainter()
    context.cancel.flag[0] = SERIAL
    with pytest.raises(Cancelled):
        run(make_task(operation), painter, context)
    assert painter.requests == []
