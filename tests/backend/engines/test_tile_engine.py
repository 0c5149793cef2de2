"""Tiles whose borders meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backend.engines.vary_tasks import (
    leaf,
    made,
    make_task,
    spots,
)
from tests.contracts.engine import (
    EngineContract,
)
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.vary.wrap import wrap_seam
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Operation

pytestmark = pytest.mark.usefixtures("warm")


class TestTileKeepsTheContract(EngineContract):
    engine_id = "builtin_tile"
    slow_side = 900

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        task = super().make_task(height, width, channels)
        return replace(task, image=spots(height, width, channels))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(40, 90),
    st.integers(40, 90),
    st.integers(0, 99),
    st.sampled_from(["x", "y", "both"]),
)
def test_the_borders_of_a_tile_meet(height, width, seed, direction):
    image = spots(height, width, seed=seed)
    ramp = np.linspace(0.0, 1.0, width, dtype=np.float32) + np.linspace(0, 1, height)[:, None]
    image[..., :3] = 0.3 * image[..., :3] + 0.5 * ramp[..., None]
    result = made(make_task(Operation.TILE, image, parameters={"direction": direction}))
    rows, columns = direction in ("y", "both"), direction in ("x", "both")
    before = wrap_seam(image, rows=rows, columns=columns)
    after = wrap_seam(result.image, rows=rows, columns=columns)
    assert after < max(1.5, 0.6 * before)
    assert result.metrics["wrap_seam"] == pytest.approx(after)
    assert result.metrics["wrap_seam_before"] == pytest.approx(before)


def test_what_is_not_at_the_borders_is_the_inputs():
    image = spots(100, 100)
    parameters: dict[str, ParameterValue] = {"direction": "x", "even_light": 0.0}
    result = made(make_task(Operation.TILE, image, parameters=parameters)).image
    np.testing.assert_allclose(result[:, 20:80], image[:, 20:80], atol=1e-6)
    assert not np.allclose(result[:, :5], image[:, :5], atol=1e-3)


def test_a_tile_with_transparency_has_borders_that_meet_too():
    image = leaf()
    image[..., 3] = np.roll(image[..., 3], (40, 40), axis=(0, 1))
    before = wrap_seam(image, rows=True, columns=True)
    result = made(make_task(Operation.TILE, image))
    assert result.metrics["wrap_seam"] < max(1.5, before)
    assert result.image[..., 3].min() < 0.1


def test_what_is_too_small_to_tile_is_given_back():
    image = spots(9, 11)
    assert np.array_equal(made(make_task(Operation.TILE, image)).image, image)
