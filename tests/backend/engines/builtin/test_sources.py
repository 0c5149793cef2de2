from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, hole_in, picture, result_of
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.sources import lay_out, parts_for
from velatura_protocol.errors import NoSource
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import Intent, Operation, Role

pytestmark = pytest.mark.usefixtures("warm")


def task_with(source, image, mask, **parameters) -> EngineTask:
    return EngineTask(
        Operation.FILL, Intent.REMOVE, image, mask, seed=1,
        images={Role.SOURCE: (source,)}, parameters=parameters,
    )  # fmt: skip


def filled(task):
    return result_of(list(FillEngine().run(task, RecordingContext(previews=False)))).image


def scene(height=96, width=120, seed=3):
    """Blotches of which no two are alike, so that only the right frame can continue them."""
    generator = np.random.default_rng(seed)
    small = generator.random((height // 8, width // 8, 3))
    image = np.ones((height, width, 4), np.float32)
    image[..., :3] = small.repeat(8, axis=0).repeat(8, axis=1)
    return image


def test_another_frame_of_the_scene_shows_what_was_hidden():
    truth = scene()
    mask = hole_in(96, 120)
    hidden = truth.copy()
    hidden[mask > 0] = (0.2, 0.9, 0.2, 1.0)
    noise = np.random.default_rng(5).normal(0, 0.01, truth.shape).astype(np.float32)
    noise[..., 3] = 0.0
    alone = filled(replace(task_with(truth, hidden, mask), images={}))
    with_frame = filled(task_with(truth + noise, hidden, mask))
    inside = mask > 0
    assert np.abs(with_frame - truth)[inside].mean() < 0.03
    assert np.abs(alone - truth)[inside].mean() > 0.1


def test_a_frame_of_the_documents_size_is_looked_at_where_the_crop_lies():
    truth = scene(192, 240)
    top, left = 64, 72
    window = (slice(top, top + 96), slice(left, left + 120))
    mask = hole_in(96, 120)
    task = replace(
        task_with(truth, truth[window].copy(), mask), origin=(top, left), document=(192, 240)
    )
    (part,) = parts_for(task, Rect(10, 20, 50, 40))
    assert part.aligned
    assert np.array_equal(part.image, truth[top + 20 : top + 60, left + 10 : left + 60])
    assert np.abs(filled(task) - truth[window])[mask > 0].mean() < 0.02


def test_a_swatch_alone_may_be_copied_from():
    image = picture(96, 96, 4)
    swatch = np.ones((60, 70, 4), np.float32)
    swatch[..., :3] = (0.9, 0.1, 0.1)
    mask = hole_in(96, 96)
    result = filled(task_with(swatch, image, mask, copy_from="source", blend=0.0))
    assert np.abs(result[mask > 0] - swatch[0, 0]).max() < 1e-4


def test_a_full_mask_needs_nothing_but_another_picture():
    image = picture(40, 40, 4)
    full = np.ones((40, 40), np.float32)
    result = filled(task_with(scene(), image, full))
    assert np.isfinite(result).all()
    with pytest.raises(NoSource):
        filled(task_with(np.zeros((30, 30, 4), np.float32), image, full))


@pytest.mark.parametrize("channels", [2, 4])
def test_grey_and_colour_may_be_mixed(channels):
    image = picture(64, 64, channels)
    other = picture(50, 41, 6 - channels, seed=2)
    result = filled(task_with(other, image, hole_in(64, 64), copy_from="source"))
    assert result.shape == image.shape
    assert np.isfinite(result).all()


def test_transparent_and_broken_pixels_of_a_source_are_not_usable():
    source = scene(24, 32)
    source[3, 4, 0] = np.nan
    source[5, 6, 3] = 0.0
    task = task_with(source, picture(64, 64, 4), hole_in(64, 64))
    sheet = lay_out(task.image, parts_for(task, Rect(0, 0, 64, 64)))
    assert sheet.height == 64
    assert sheet.frames == ()
    assert np.count_nonzero(sheet.usable) == 24 * 32 - 2


def test_of_a_huge_source_the_middle_is_taken():
    huge = np.ones((2600, 2600, 2), np.float32)
    task = task_with(huge, picture(64, 64, 2), hole_in(64, 64))
    (part,) = parts_for(task, Rect(0, 0, 64, 64))
    assert part.usable.size <= 4_000_000
    assert not part.aligned
