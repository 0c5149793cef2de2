from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.contracts.engine import (
    SERIAL,
    RecordingContext,
    fresh_token,
    hole_in,
    picture,
    result_of,
)
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin import enlarging
from velatura_backend.engines.builtin.enlarging import enlarged, halvings_for, reduced
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.pyramid import Masks
from velatura_backend.engines.builtin.patchmatch.stages import Origins
from velatura_protocol.errors import Cancelled
from velatura_protocol.tasks import Intent, Operation, Role


@pytest.fixture
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


@pytest.fixture
def small_limit(monkeypatch):
    """What is large for a test."""
    monkeypatch.setattr(enlarging, "_MOST_UNKNOWNS", 2_500)


def run(image, mask, threads=1, **images):
    task = EngineTask(Operation.FILL, Intent.REMOVE, image, mask, 0, images=images)
    return list(FillEngine().run(task, RecordingContext(threads=threads)))


def test_large_holes_and_large_pictures_are_halved():
    def masks(height, width, hole_rows):
        hole = np.zeros((height, width), np.bool_)
        hole[:hole_rows] = True
        return Masks(hole, ~hole, ~hole)

    assert halvings_for(masks(1000, 1000, 900)) == 0
    assert halvings_for(masks(3000, 4000, 400)) == 0
    assert halvings_for(masks(3000, 4000, 900)) == 1
    assert halvings_for(masks(4000, 15000, 100)) == 2


def test_a_smaller_picture_is_the_mean_of_what_is_known(lanes):
    image = np.ones((5, 6, 4), np.float32)
    image[..., :3] = np.arange(30, dtype=np.float32).reshape(5, 6, 1) / 30.0
    known = np.ones((5, 6), np.bool_)
    known[0, 1] = known[1, 0] = known[1, 1] = False
    small = reduced(image, known, 1, True, lanes)
    assert small.shape == (3, 3, 3)
    np.testing.assert_allclose(small[0, 0], image[0, 0, :3], rtol=1e-6)
    np.testing.assert_allclose(small[1, 1], image[2:4, 2:4, :3].mean(axis=(0, 1)), rtol=1e-6)
    np.testing.assert_allclose(small[2, 2], image[4:, 4:, :3].mean(axis=(0, 1)), rtol=1e-6)


def test_copies_keep_the_full_sizes_detail_and_tones_stop_at_joints(lanes):
    generator = np.random.default_rng(0)
    image = np.ones((40, 40, 4), np.float32)
    image[..., :3] = generator.random((40, 40, 1))
    hole = np.zeros((40, 40), np.bool_)
    hole[8:16, 8:16] = True
    row, column = (np.zeros((20, 20), np.int32) for _ in range(2))
    row[:], column[:] = np.mgrid[0:20, 0:20]
    row[:, :6] += 9
    row[:, 6:] -= 4
    tone = np.zeros((20, 20, 3), np.float32)
    tone[:, 6:] = 0.5
    (strip,) = enlarged(image, hole, Origins(row, column, tone), 1, True, lanes)
    ys, xs, colours = strip
    result = np.zeros((40, 40, 3), np.float32)
    result[ys, xs] = colours
    np.testing.assert_allclose(result[8:16, 8:12], image[26:34, 8:12, :3], rtol=1e-6)
    np.testing.assert_allclose(result[8:16, 12:16], image[0:8, 12:16, :3] + 0.5, rtol=1e-6)


@pytest.mark.usefixtures("warm", "small_limit")
class TestAFillThatIsSolvedSmaller:
    def test_continues_stripes(self):
        image, mask = picture(200, 180, 4), hole_in(200, 180)
        ys, xs = np.mgrid[0:200, 0:180]
        image[..., :3] = (0.5 + 0.3 * np.sin((xs + 2 * ys) / 12.0))[..., None]
        events = run(image, mask)
        result = result_of(events).image
        assert np.array_equal(result[mask == 0], image[mask == 0])
        assert float(np.sqrt(((result - image)[mask > 0] ** 2).mean())) < 0.05
        previews = [event.image for event in events if isinstance(event, EnginePreview)]
        assert previews
        assert all(np.array_equal(each[mask == 0], image[mask == 0]) for each in previews)

    def test_does_not_depend_on_threads(self):
        image, mask = picture(200, 180, 4), hole_in(200, 180)
        one, two = (result_of(run(image, mask, threads)).image for threads in (1, 2))
        assert np.array_equal(one, two)

    def test_keeps_its_alpha(self):
        image, mask = picture(200, 180, 4), hole_in(200, 180)
        image[:, 90:, 3] = 0.0
        result = result_of(run(image, mask)).image
        assert result[80:120, 62:80, 3].min() > 0.9
        assert result[80:120, 100:118, 3].max() < 0.1

    def test_copies_another_frame_at_full_size(self):
        generator = np.random.default_rng(4)
        truth = np.ones((200, 180, 4), np.float32)
        truth[..., :3] = generator.random((25, 30, 3)).repeat(8, axis=0).repeat(6, axis=1)
        mask = hole_in(200, 180)
        image = np.where(mask[..., None] > 0, np.float32(0.5), truth)
        result = result_of(run(image, mask, **{Role.SOURCE: (truth,)})).image
        assert np.abs(result - truth)[mask > 0].mean() < 0.02

    def test_without_one_whole_patch_it_is_smooth(self):
        image = np.ones((120, 120, 4), np.float32)
        image[..., :3] = 0.4
        mask = np.ones((120, 120), np.float32)
        mask[:4, :4] = 0.0
        result = result_of(run(image, mask)).image
        np.testing.assert_allclose(result, image, atol=1e-3)

    def test_stops_wherever_it_is(self, monkeypatch):
        """The flag is set before the n-th look at it, for n over the whole run."""
        image, mask = picture(140, 120, 4), hole_in(140, 120)
        looks = itertools.count()
        original = Lanes.check

        def counted(lanes):
            next(looks)
            original(lanes)

        monkeypatch.setattr(Lanes, "check", counted)
        task = EngineTask(Operation.FILL, Intent.REMOVE, image, mask, 0)
        list(FillEngine().run(task, RecordingContext(previews=False)))  # a preview looks, too
        total = next(looks)
        for position in range(0, total, max(1, total // 15)):
            context = RecordingContext(previews=False)
            countdown = itertools.count()

            def check(lanes, at=position, context=context, countdown=countdown):
                if next(countdown) == at:
                    context.cancel.flag[0] = SERIAL
                original(lanes)

            monkeypatch.setattr(Lanes, "check", check)
            with pytest.raises(Cancelled):
                list(FillEngine().run(task, context))
