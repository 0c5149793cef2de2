"""The ladder as logic: what fits, what comes next, what is told when nothing fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.families.table import Stage
from velatura_backend.engines.diffusion.memory.plan import (
    AREA_SHARES,
    Appetite,
    ModelSize,
    Part,
    Pass,
    Rung,
    fitting,
    ladder_of,
    peak_bytes,
    plan_for,
    plans,
    smaller,
    step_down,
    working_bytes,
)
from velatura_protocol.errors import OutOfMemory

GIB = 1 << 30
DEVICES = ("cpu", "cuda", "mps")

SDXL = ModelSize(
    (
        Part("text_encoder", Stage.TEXT, 123_000_000),
        Part("text_encoder_2", Stage.TEXT, 695_000_000),
        Part("unet", Stage.DENOISING, 2_567_000_000),
        Part("vae", Stage.PICTURE, 84_000_000),
    ),
    Appetite(step=135.0, picture=920.0),
)
FLUX = ModelSize(
    (
        Part("text_encoder_2", Stage.TEXT, 4_760_000_000),
        Part("transformer", Stage.DENOISING, 11_900_000_000),
        Part("vae", Stage.PICTURE, 84_000_000),
    ),
    Appetite(step=264.0, picture=920.0),
)
MEGAPIXEL = Pass(1024 * 1024, batch=2)

sizes = st.builds(
    lambda text, denoiser, vae, step, picture: ModelSize(
        (
            Part("text", Stage.TEXT, text),
            Part("unet", Stage.DENOISING, denoiser),
            Part("vae", Stage.PICTURE, vae),
        ),
        Appetite(step, picture, step * 1000),
    ),
    st.integers(1, 10**10),
    st.integers(1, 10**11),
    st.integers(1, 10**9),
    st.floats(1, 1000),
    st.floats(1, 5000),
)
works = st.builds(Pass, st.integers(64 * 64, 4096 * 4096), st.integers(1, 2))


def rungs(room_gib: float, device: str = "cuda") -> Rung:
    return fitting(SDXL, device, int(room_gib * GIB), MEGAPIXEL).rung


def test_a_large_card_runs_sdxl_as_it_is() -> None:
    assert rungs(24) is Rung.HALF


def test_smaller_cards_step_down_in_order() -> None:
    found = [rungs(room) for room in (12, 8, 7, 3.5)]
    assert found == [Rung.HALF, Rung.TILED, Rung.OFFLOADED, Rung.STREAMED]


def test_eight_bit_and_smaller_come_last() -> None:
    found = [fitting(FLUX, "cuda", int(room * GIB), MEGAPIXEL).rung for room in (40, 4, 2.6, 2)]
    assert found == [Rung.HALF, Rung.STREAMED, Rung.EIGHT_BIT, Rung.SMALLER]


def test_a_device_without_memory_of_its_own_does_not_stream() -> None:
    assert Rung.STREAMED not in ladder_of("cpu")
    assert Rung.STREAMED not in ladder_of("mps")
    assert ladder_of("cuda:1") == ladder_of("cuda")
    with pytest.raises(ValueError, match="index"):
        plan_for(Rung.STREAMED, "cpu")


def test_a_plan_is_all_that_was_done_up_to_its_rung() -> None:
    plan = plan_for(Rung.STREAMED, "cuda")
    assert (plan.half, plan.tiled, plan.alone, plan.streamed) == (True,) * 4
    assert not plan.eight_bit
    first = plan_for(Rung.FULL, "cpu")
    assert (first.half, first.tiled, first.alone, first.streamed, first.eight_bit) == (False,) * 5


def test_nothing_fits_and_the_figures_are_told() -> None:
    with pytest.raises(OutOfMemory) as error:
        fitting(SDXL, "cuda", 100 << 20, MEGAPIXEL)
    assert error.value.params["free"] == 100 << 20
    tightest = list(plans("cuda"))[-1]
    assert error.value.params["needed"] == peak_bytes(SDXL, tightest, MEGAPIXEL)


def test_the_last_rung_has_fewer_and_fewer_pixels() -> None:
    shares = [plan.area for plan in plans("cuda") if plan.rung is Rung.SMALLER]
    assert tuple(shares) == AREA_SHARES
    plan = plan_for(Rung.SMALLER, "cuda", 0.5)
    assert smaller(MEGAPIXEL, plan) == Pass(1024 * 512, 2)


def test_rungs_that_would_not_help_are_passed_over() -> None:
    """All of it is the denoiser's activations: nothing but fewer pixels makes them less."""
    hungry = ModelSize((Part("unet", Stage.DENOISING, 10),), Appetite(1000.0, 1.0))
    plan = step_down(hungry, "cuda", plan_for(Rung.HALF, "cuda"), MEGAPIXEL)
    assert plan is not None
    assert (plan.rung, plan.area) == (Rung.SMALLER, AREA_SHARES[0])


@pytest.mark.parametrize("device", DEVICES)
def test_there_is_nothing_below_the_last(device: str) -> None:
    assert step_down(SDXL, device, list(plans(device))[-1], MEGAPIXEL) is None


@given(size=sizes, work=works, device=st.sampled_from(DEVICES))
def test_each_plan_takes_no_more_than_the_one_before(
    size: ModelSize, work: Pass, device: str
) -> None:
    peaks = [peak_bytes(size, plan, work) for plan in plans(device)]
    assert peaks == sorted(peaks, reverse=True)
    assert all(
        working_bytes(size, plan, work) <= peak_bytes(size, plan, work) for plan in plans(device)
    )


@given(size=sizes, work=works, device=st.sampled_from(DEVICES), room=st.integers(0, 10**12))
def test_what_is_said_to_fit_does_and_what_is_roomier_does_not(
    size: ModelSize, work: Pass, device: str, room: int
) -> None:
    every = list(plans(device))
    try:
        chosen = fitting(size, device, room, work)
    except OutOfMemory:
        assert all(peak_bytes(size, plan, work) > room for plan in every)
        return
    assert peak_bytes(size, chosen, work) <= room
    assert all(peak_bytes(size, plan, work) > room for plan in every[: every.index(chosen)])


@given(size=sizes, work=works, device=st.sampled_from(DEVICES))
def test_stepping_down_ends(size: ModelSize, work: Pass, device: str) -> None:
    plan = next(iter(plans(device)))
    for _ in range(20):
        below = step_down(size, device, plan, work)
        if below is None:
            return
        assert peak_bytes(size, below, work) <= 0.9 * peak_bytes(size, plan, work)
        plan = below
    raise AssertionError("no end")
