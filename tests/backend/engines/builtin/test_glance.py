"""First previews of large crops: there at once, and small."""

from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, picture
from velatura_backend.engines import registry
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin.glance import at_size, coarse, is_large
from velatura_protocol.tasks import Intent, Operation, Role

ENGINES = ["upscale", "restore", "restyle", "cut_out", "vary", "tile", "retarget"]


@pytest.mark.parametrize("engine_id", ENGINES)
@pytest.mark.parametrize("channels", [2, 4])
def test_the_first_preview_of_a_large_crop_is_coarse(engine_id: str, channels: int) -> None:
    image = picture(1100, 1000, channels)
    mask = np.zeros((1100, 1000), np.float32)
    mask[300:800, 200:700] = 1.0
    spec = registry.spec(f"builtin_{engine_id}")
    scale = 2.0 if engine_id == "upscale" else None
    given = {"measure": False, "denoise": 0.5} if engine_id == "restore" else {}
    target = (1100, 1400) if engine_id == "retarget" else None
    task = EngineTask(
        spec.operations[0],
        Intent.NONE,
        image,
        mask,
        0,
        parameters=given,
        scale=scale,
        target=target,
    )
    events = registry.create(spec.id).run(task, RecordingContext(threads=2))
    first = next(event for event in events if isinstance(event, EnginePreview))
    assert first.image.dtype == np.float32
    assert first.image.shape[2] == channels
    assert 20_000 < first.image.shape[0] * first.image.shape[1] < 400_000
    shape = target or image.shape
    assert abs(first.image.shape[0] / first.image.shape[1] - shape[0] / shape[1]) < 0.02


def test_what_the_coarse_picture_misses_is_no_error() -> None:
    """A selection of one pixel, beside those that are picked."""
    image, mask = picture(1100, 1000, 4), np.zeros((1100, 1000), np.float32)
    mask[501, 502] = 1.0
    task = EngineTask(Operation.CUT_OUT, Intent.NONE, image, mask, 0)
    events = registry.create("builtin_cut_out").run(task, RecordingContext(threads=2))
    assert any(isinstance(event, EnginePreview) for event in events)


def test_previews_of_a_large_picture_with_new_proportions_are_as_large_as_a_panel() -> None:
    image = picture(600, 900, 4)
    mask, protect = np.ones((600, 900), np.float32), np.zeros((600, 900), np.float32)
    protect[200:300, 300:500] = 1.0
    task = EngineTask(
        Operation.RETARGET, Intent.NONE, image, mask, 0, masks={Role.PROTECT: protect},
        target=(600, 2000),
    )  # fmt: skip
    events = registry.create("builtin_retarget").run(task, RecordingContext(threads=2))
    first = next(event.image for event in events if isinstance(event, EnginePreview))
    assert first.shape == (300, 1000, 4)
    colours = set(map(tuple, image[200:300, 300:500].reshape(-1, 4)))
    kept = sum(tuple(pixel) in colours for pixel in first.reshape(-1, 4))
    assert kept >= 100 * 200 // 4  # the protected ones, every second row and column of them


@pytest.mark.parametrize("side", [300, 1100])
def test_a_fill_shows_its_first_layout_before_the_coarsest_level_is_done(side: int) -> None:
    image, mask = np.ones((side, side, 4), np.float32), np.zeros((side, side), np.float32)
    image[:, : side // 2, :3] = 0.2
    mask[side // 4 : -side // 4, side // 4 : -side // 4] = 1.0
    task = EngineTask(Operation.FILL, Intent.REMOVE, image, mask, 0)
    shown, stepped = list[EnginePreview](), 0
    for event in registry.create("builtin_fill").run(task, RecordingContext(threads=2)):
        if isinstance(event, EnginePreview):
            shown.append(event)
            if len(shown) == 2:
                break
        elif not shown:
            stepped += 1
    first = shown[0].image
    scale = -(-side // len(first))
    inside = mask[::scale, ::scale] > 0
    assert stepped <= 3
    unmixed = (first[inside, 0] < 0.25) | (first[inside, 0] > 0.95)  # copied, not a smooth guess
    assert unmixed.mean() > 0.8
    assert np.array_equal(first[~inside], image[::scale, ::scale][~inside])


def test_few_pixels_are_picked() -> None:
    image = picture(1100, 1000, 4)
    assert is_large(image)
    few = coarse(image)
    assert few.shape == (275, 250, 4)
    assert np.array_equal(few[3, 5], image[12, 20])
    assert np.array_equal(coarse(few), few)
    assert not is_large(few)


def test_pixels_at_a_size_are_those_in_the_middle() -> None:
    image = picture(30, 20, 4)
    assert np.array_equal(at_size(image, 10, 4), image[1::3, 2::5])
    assert np.array_equal(at_size(image, 30, 20), image)
