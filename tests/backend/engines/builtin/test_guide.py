from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, result_of
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin import enlarging
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_protocol.tasks import Intent, Operation

pytestmark = pytest.mark.usefixtures("warm")

HEIGHT, WIDTH = 140, 220


def horizon(xs):
    """Falls from left to right by half the height of the hole."""
    return 50.0 + 40.0 * np.clip((xs - 60.0) / 100.0, 0.0, 1.0)


def landscape():
    """A pale sky over dark ground with a bright shore between them, and grain."""
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    below = ys - horizon(xs)
    plane = np.where(below > 3, 0.25, np.where(below < -3, 0.7, 0.95))
    noise = np.random.default_rng(0).normal(0, 0.01, plane.shape)
    image = np.ones((HEIGHT, WIDTH, 4), np.float32)
    image[..., :3] = (plane + noise)[..., None]
    return image


def hole():
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[30:115, 62:158] = 1.0
    return mask


def drawn_line():
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return (np.abs(ys - horizon(xs)) < 2.0).astype(np.float32)


def on_the_line(image):
    """How much of the drawn line inside the hole is shore."""
    inside = (hole() > 0) & (drawn_line() > 0)
    return float((image[..., 0][inside] > 0.82).mean())


def filled(image, threads=1, **masks):
    task = EngineTask(Operation.FILL, Intent.REMOVE, image, hole(), 0, masks=masks)
    return result_of(list(FillEngine().run(task, RecordingContext(threads, previews=False)))).image


@pytest.mark.parametrize("limit", [2_000_000, 4_000])
def test_what_is_filled_follows_the_line(monkeypatch, limit):
    monkeypatch.setattr(enlarging, "_MOST_UNKNOWNS", limit)
    image = landscape()
    guided = filled(image, guide=drawn_line())
    assert on_the_line(guided) > 0.85
    assert on_the_line(filled(image)) < 0.6
    assert np.array_equal(guided[hole() == 0], image[hole() == 0])


def test_a_guide_without_lines_changes_nothing():
    image = landscape()
    assert np.array_equal(filled(image, guide=np.zeros_like(hole())), filled(image))


def test_threads_do_not_matter_with_a_guide():
    image = landscape()
    one, three = (filled(image, threads, guide=drawn_line()) for threads in (1, 3))
    assert np.array_equal(one, three)


def test_a_guide_that_never_leaves_the_hole_is_no_harm():
    """Nothing elsewhere lies on it; the fill is then as good as without."""
    inside = drawn_line() * hole()
    result = filled(landscape(), guide=inside)
    assert np.isfinite(result).all()
