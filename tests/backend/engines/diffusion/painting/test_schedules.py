from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch
from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu
from diffusers.pipelines.z_image.pipeline_z_image import calculate_shift

from velatura_backend.engines.diffusion.families.fields import Shift
from velatura_backend.engines.diffusion.families.table import ROWS, FamilyRow, Noising, row_of
from velatura_backend.engines.diffusion.painting.schedules import (
    SAMPLERS,
    _empirical_shift,
    _shift_for,
    pure_noise,
    schedule_for,
)
from velatura_backend.engines.diffusion.sampling import SAMPLER_LABELS
from velatura_backend.models.records import Family, Variant
from velatura_protocol.errors import BadTask

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SD15 = row_of(Family.SD15, Variant.BASE)
KLEIN = row_of(Family.FLUX2_KLEIN, Variant.BASE)


def made(row: FamilyRow, sampler: str, steps: int = 8, strength: float = 1.0):
    return schedule_for(row, row.schedule_for(distilled=False), sampler, steps, strength, 64, "cpu")


def test_every_sampler_has_a_name() -> None:
    assert set(SAMPLERS) == set(SAMPLER_LABELS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_every_sampler_of_every_row_runs_down_to_nothing(row: FamilyRow) -> None:
    for sampler in row.samplers:
        schedule = made(row, sampler)
        assert schedule.steps == 8, sampler
        latents, noise = torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1)
        assert schedule.noised(latents, noise, 8).item() == 0.0
        assert schedule.noised(latents, noise, 0).item() > 0.5
        if row.noising is Noising.FLOW:
            assert schedule.scaled(noise) is noise


@pytest.mark.parametrize(
    ("steps", "strength", "run", "total"),
    [
        (20, 1.0, 20, 20),
        (20, 0.5, 10, 20),
        (20, 0.3, 6, 20),
        (20, 0.05, 4, 80),
        (4, 0.5, 4, 8),
        (4, 0.3, 4, 14),
        (1, 0.5, 1, 2),
        (20, 0.0, 1, 1000),
    ],
)
def test_strength_is_a_share_of_the_schedule(
    steps: int, strength: float, run: int, total: int
) -> None:
    schedule = made(SD15, "ddim", steps, strength)
    assert schedule.steps == run
    assert schedule.begin + run == total


def test_an_unknown_sampler() -> None:
    with pytest.raises(BadTask):
        made(KLEIN, "ddim")


@pytest.mark.parametrize(("tokens", "steps"), [(64, 4), (4096, 28), (9000, 50)])
def test_the_shifts_are_the_librarys(tokens: int, steps: int) -> None:
    assert _empirical_shift(tokens, steps) == pytest.approx(compute_empirical_mu(tokens, steps))
    config = {"base_shift": 0.5, "max_shift": 1.15}
    assert _shift_for(Shift.LINEAR, config, steps, tokens) == pytest.approx(calculate_shift(tokens))


def test_layers_shift_by_the_root_of_their_area() -> None:
    assert _shift_for(Shift.ROOT, {}, 8, 1024) == pytest.approx((1024 / 256) ** 0.5)


def test_noise_is_the_seeds() -> None:
    first = pure_noise((1, 4, 8, 8), 5, "cpu")
    assert torch.equal(first, pure_noise((1, 4, 8, 8), 5, "cpu"))
    assert not torch.equal(first, pure_noise((1, 4, 8, 8), 6, "cpu"))
    assert pure_noise((1,), 2**63 + 5, "cpu").shape == (1,)


@pytest.mark.parametrize("sampler", ["euler", "ddim", "dpmpp_2m", "lcm", "flow_euler"])
def test_where_it_is_heading(sampler: str) -> None:
    """A model that says nothing but noise is heading for nothing."""
    row = KLEIN if sampler == "flow_euler" else SD15
    schedule = made(row, sampler)
    noise = torch.randn(1, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    before = schedule.noised(torch.zeros_like(noise), noise, 0)
    scheduler = schedule.scheduler
    if hasattr(scheduler, "scale_model_input"):
        scheduler.scale_model_input(before, scheduler.timesteps[0])
    outcome = scheduler.step(noise, scheduler.timesteps[0], before, return_dict=True)
    heading = schedule.predicted(outcome, noise, before, 0)
    assert heading.abs().max() < before.abs().max() * 0.05 + 0.05
