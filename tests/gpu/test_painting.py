"""Painters on a CUDA device: same pictures as on the CPU, memory given back, compiled, stopped."""

from __future__ import annotations

import contextlib
import gc
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.support import tiny_pipelines
from tests.support.painting_desk import Context, painter_of
from velatura_backend.engines.diffusion.loading.parts import residency_of
from velatura_backend.engines.diffusion.memory.ladder import Lessons
from velatura_backend.engines.diffusion.memory.plan import MemoryPlan, Pass, Rung, plan_for
from velatura_backend.engines.diffusion.painting.contract import (
    Painted,
    PaintProgress,
    PaintRequest,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.diffusion.recognition.sizes import pass_of
from velatura_protocol.errors import Cancelled, OutOfMemory

KINDS = (
    "sd15",
    "sd15-inpaint",
    "sdxl",
    "sd3",
    "flux1-dev",
    "flux1-fill",
    "flux2-klein",
    "z-image",
    "qwen-image",
)
SIDE = 256

pytestmark = pytest.mark.filterwarnings("ignore")


def painter(kind: str, device: str = "cuda") -> DiffusionPainter:
    return painter_of(tiny_pipelines.folder(kind), device=device)


def request(side: int = SIDE, steps: int = 4) -> PaintRequest:
    mask = np.zeros((side, side), np.float32)
    mask[side // 4 : -side // 4, side // 4 : -side // 4] = 1.0
    image = np.random.default_rng(0).random((side, side, 3), np.float32)
    return PaintRequest(
        side, side, 7, Wording("a red disc"), image=image, mask=mask, sampling=Sampling(steps)
    )


def paint(by: DiffusionPainter, what: PaintRequest | None = None) -> Painted:
    last = list(by.paint(what or request(), Context()))[-1]
    assert isinstance(last, Painted)
    return last


def learn(by: DiffusionPainter, plan: MemoryPlan) -> None:
    """Begin by that plan, as after a shortage."""
    work = pass_of(request(), by.row, guided=by.traits.guided)
    by._resources.keep.get(Lessons, Lessons).learn(by.model.id, work, plan)


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    yield
    gc.collect()
    torch.cuda.empty_cache()


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_is_the_cpus_but_for_rounding(kind: str) -> None:
    there, here = paint(painter(kind)), paint(painter(kind, "cpu"))
    assert np.isfinite(there.image).all()
    assert np.abs(there.image - here.image).mean() < 0.05
    assert not there.notices


@pytest.mark.parametrize("rung", [Rung.OFFLOADED, Rung.STREAMED, Rung.EIGHT_BIT, Rung.SMALLER])
@pytest.mark.parametrize("kind", ["sd15", "flux1-fill", "flux2-klein"])
def test_every_rung_paints(kind: str, rung: Rung) -> None:
    plain = paint(painter(kind))
    by = painter(kind)
    learn(by, plan_for(rung, "cuda", 0.5 if rung is Rung.SMALLER else 1.0))
    result = paint(by)
    assert [(each.id, each.text) for each in result.notices] == [("stepped_down", rung.value)]
    assert result.image.shape == plain.image.shape
    assert np.isfinite(result.image).all()
    if rung in (Rung.OFFLOADED, Rung.STREAMED):
        assert np.abs(result.image - plain.image).mean() < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_variations_at_once_are_what_each_is_alone(kind: str) -> None:
    by = painter(kind)
    asked = request()
    alone = paint(by, replace(asked, seed=9))
    several = paint(by, replace(asked, siblings=(8, 9)))
    assert dict(several.metrics)["together"] == 3.0
    (found,) = by.paint(replace(asked, seed=9), Context())
    assert isinstance(found, Painted)
    assert np.abs(found.image - alone.image).mean() < 0.02


def test_what_is_released_is_the_devices_again() -> None:
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    by = painter("sdxl")
    paint(by)
    residency = residency_of(by._resources)
    held = sum(each.bytes for each in residency.resident() if each.on_device)
    assert torch.cuda.memory_allocated() - before >= held > 0
    residency.release()
    gc.collect()
    assert torch.cuda.memory_allocated() - before < held / 2


def test_a_real_shortage_is_survived_or_told() -> None:
    """Tensors of others fill the device up to a little that even the tightest plan exceeds."""
    by = painter("sd15")
    paint(by)
    free, _ = torch.cuda.mem_get_info()
    ballast = torch.empty(max(0, free - (256 << 20)), dtype=torch.uint8, device="cuda")
    with contextlib.suppress(OutOfMemory):  # told in its own words
        assert paint(by, request(side=1536, steps=2)).notices
    del ballast
    torch.cuda.empty_cache()
    assert np.isfinite(paint(by).image).all()


def test_the_third_job_of_a_size_is_compiled_and_the_same() -> None:
    by = painter("sd15")
    first, second, third = (paint(by) for _ in range(3))
    told = [dict(each.metrics)["compiled"] for each in (first, second, third)]
    assert told == [0.0, 0.0, 1.0]
    assert np.allclose(first.image, second.image, atol=1e-3)
    assert np.abs(third.image - first.image).mean() < 0.01


def test_it_stops_soon_wherever_it_is() -> None:
    by = painter("sdxl")
    paint(by)
    began = time.perf_counter()
    paint(by, request(steps=40))
    whole = time.perf_counter() - began
    for index in range(8):
        context, told = Context(), list[float]()

        def stop(context: Context = context, told: list[float] = told) -> None:
            told.append(time.perf_counter())
            context.stop()

        timer = threading.Timer(whole * index / 10, stop)
        timer.start()
        with pytest.raises(Cancelled):
            list(by.paint(request(steps=40), context))
        torch.cuda.synchronize()
        assert time.perf_counter() - told[0] < 0.25
        timer.join()


def test_progress_is_not_ahead_of_the_device_by_more_than_a_step() -> None:
    by = painter("flux1-fill")
    steps = [
        event.step
        for event in by.paint(request(steps=8), Context())
        if isinstance(event, PaintProgress) and event.step
    ]
    assert steps == list(range(1, 9))


def test_the_estimate_is_an_upper_bound_of_what_was_taken() -> None:
    by = painter("sd15")
    assert by._size is not None
    from velatura_backend.engines.diffusion.memory.plan import working_bytes

    paint(by)  # convolutions choose their workspaces
    torch.cuda.reset_peak_memory_stats()
    weights = torch.cuda.memory_allocated()
    paint(by)
    work = Pass(SIDE * SIDE, 2)
    estimate = working_bytes(by._size, plan_for(Rung.HALF, "cuda"), work)
    # Workspaces that do not grow with the picture are what a tiny network mostly takes.
    assert torch.cuda.max_memory_allocated() - weights < estimate + (256 << 20)
