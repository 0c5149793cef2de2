"""Bodies that are seen through."""

from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, result_of
from velatura_backend.engines.base import CancelToken, EngineResult, EngineTask
from velatura_backend.engines.builtin.cut_out.engine import CutOutEngine
from velatura_backend.engines.builtin.cut_out.glass import see_through, thinned, tint
from velatura_backend.engines.builtin.cut_out.scales import work_on
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_protocol.tasks import Intent, Operation, Role

BODY = np.array((0.2, 0.6, 0.9), np.float32)


@pytest.fixture
def lanes():
    with Lanes(2, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        yield lanes


def pane(density: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Coloured glass over stripes; and where it is."""
    inside = np.zeros((120, 140), np.float32)
    inside[30:90, 40:100] = 1.0
    stripes = np.where(np.arange(140) // 3 % 2, 0.35, 0.65).astype(np.float32)
    alpha = (inside * density)[..., None]
    image = np.ones((120, 140, 4), np.float32)
    image[..., :3] = BODY * alpha + stripes[None, :, None] * (1.0 - alpha)
    return image, inside


@pytest.mark.parametrize("density", [0.3, 0.6])
def test_as_thin_as_it_is_said_to_be_and_of_its_own_colour(lanes: Lanes, density: float) -> None:
    image, inside = pane(density)
    body = see_through(work_on(image, lanes), inside, 1.0 - density, lanes)
    matte = thinned(inside, body, lanes)
    assert abs(float(matte[40:80, 50:90].mean()) - density) < 0.06
    assert (matte[inside == 0.0] == 0.0).all()
    tint(image, body, lanes)
    assert np.abs(image[45:75, 55:85, :3] - BODY).mean() < 0.08


def test_denser_where_it_differs_more(lanes: Lanes) -> None:
    density = np.full((120, 140), 0.3, np.float32)
    density[30:90, 40:55] = 0.9
    image, inside = pane(density)
    body = see_through(work_on(image, lanes), inside, 0.7, lanes)
    matte = thinned(inside, body, lanes)
    assert matte[40:80, 43:51].mean() > matte[40:80, 65:95].mean() + 0.3


def test_what_is_surely_the_subject_stays_solid() -> None:
    image, inside = pane(0.4)
    sure = np.zeros_like(inside)
    sure[35:60, 45:70] = 1.0
    task = EngineTask(
        Operation.CUT_OUT,
        Intent.NONE,
        image,
        inside,
        0,
        masks={Role.GUIDE: sure},
        parameters={"see_through": 0.6, "find_outline": False, "refine": False},
    )
    result = result_of(list(CutOutEngine().run(task, RecordingContext(previews=False))))
    assert isinstance(result, EngineResult)
    assert result.mask is not None
    assert (result.mask[40:55, 50:65] > 0.99).all()
    assert result.mask[65:85, 75:95].mean() < 0.7
