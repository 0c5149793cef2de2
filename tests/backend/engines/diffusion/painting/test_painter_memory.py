"""A real painter over tiny networks, with too little memory in every phase and by every budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch

from tests.support.tiny_models import checkpoint
from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.diffusion.memory.plan import Rung, peak_bytes, plan_for, plans
from velatura_backend.engines.diffusion.painting.contract import (
    Notice,
    Painted,
    PaintProgress,
    PaintRequest,
    Sampling,
    Wording,
)
from velatura_backend.engines.diffusion.painting.painter import DiffusionPainter
from velatura_backend.engines.diffusion.recognition.sizes import pass_of
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelKind,
)
from velatura_backend.models.residency import Residency, ResidencyLimits
from velatura_protocol.errors import NotFound, OutOfMemory

# The library's own: it hands tensors to numpy as numpy 1 took them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

KINDS = ("sd15", "sdxl", "flux1-fill", "flux2-klein", "z-image")
SIDE = 128


class NoOtherModels:
    def all(self) -> tuple[InstalledModel, ...]:
        return ()

    def get(self, model_id: str) -> InstalledModel:
        raise NotFound(what="model", id=model_id)

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return ()


@dataclass
class Context:
    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), 1))
    threads: int = 1

    def wants_preview(self) -> bool:
        return False


@dataclass
class Memory:
    bytes: int

    def available(self) -> int:
        return self.bytes

    def give_back(self) -> None:
        pass


def painter(kind: str, residency: Residency | None = None, memory: int = 0) -> DiffusionPainter:
    resources = EngineResources(NoOtherModels(), memory=memory)
    if residency is not None:
        resources.keep.get(Residency, lambda: residency)
    return DiffusionPainter(checkpoint(kind), resources)


def request(side: int = SIDE) -> PaintRequest:
    generator = np.random.default_rng(0)
    mask = np.zeros((side, side), np.float32)
    mask[side // 4 : -side // 4, side // 4 : -side // 4] = 1.0
    return PaintRequest(
        side,
        side,
        seed=7,
        wording=Wording("a red disc"),
        image=generator.random((side, side, 3), np.float32),
        mask=mask,
        sampling=Sampling(steps=4),
    )


def paint(by: DiffusionPainter, what: PaintRequest | None = None) -> tuple[Painted, list[float]]:
    events = list(by.paint(what or request(), Context()))
    last = events[-1]
    assert isinstance(last, Painted)
    return last, [event.fraction for event in events if isinstance(event, PaintProgress)]


def budget(by: DiffusionPainter, bytes_: int) -> Residency:
    """A CPU with so much memory; what lies on it is counted by the residency."""
    return Residency("cpu", ResidencyLimits(device=bytes_), Memory(bytes_), Memory(1 << 40))


@dataclass
class FailsAt:
    """A forward that runs out of memory in its first ``times`` calls; leaves the method as it was
    when the test ends."""

    monkeypatch: pytest.MonkeyPatch
    error: Callable[[], Exception]
    times: int = 1
    calls: int = 0

    def patch(self, owner: Any, name: str) -> None:
        inner = getattr(owner, name)

        def failing(*given: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls <= self.times:
                raise self.error()
            return inner(*given, **named)

        self.monkeypatch.setattr(owner, name, failing)


def _phases() -> dict[str, tuple[Any, str]]:
    import diffusers
    import transformers

    return {
        "load": (diffusers.UNet2DConditionModel, "from_pretrained"),
        "text": (transformers.CLIPTextModel, "forward"),
        "encode": (diffusers.AutoencoderKL, "encode"),
        "step": (diffusers.UNet2DConditionModel, "forward"),
        "decode": (diffusers.AutoencoderKL, "decode"),
    }


PHASES = ("load", "text", "encode", "step", "decode")


def of_cuda() -> Exception:
    return torch.OutOfMemoryError("CUDA out of memory.")


def of_cpu() -> Exception:
    return RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate")


@pytest.mark.parametrize(
    ("phase", "error"),
    [*((phase, of_cuda) for phase in PHASES), ("load", of_cpu), ("step", MemoryError)],
)
def test_one_shortage_in_any_phase_is_survived(
    phase: str, error: Callable[[], Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = FailsAt(monkeypatch, error)
    fails.patch(*_phases()[phase])
    result, fractions = paint(painter("sd15"))
    assert fails.calls >= 2
    assert [each.id for each in result.notices] == ["stepped_down"]
    assert result.image.shape == (SIDE, SIDE, 3)
    assert np.isfinite(result.image).all()
    assert fractions == sorted(fractions)


@pytest.mark.parametrize("phase", ["load", "step"])
def test_the_second_shortage_is_told(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FailsAt(monkeypatch, MemoryError, times=1000).patch(*_phases()[phase])
    by = painter("sd15")
    with pytest.raises(OutOfMemory) as error:
        paint(by)
    assert set(error.value.params) == {"device", "needed", "free"}


def test_after_a_shortage_the_next_paint_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, _ = paint(painter("sd15"))
    by = painter("sd15")
    with monkeypatch.context() as patch:
        FailsAt(patch, MemoryError, times=2).patch(*_phases()["step"])
        with pytest.raises(OutOfMemory):
            paint(by)
    result, _ = paint(by)
    assert result.notices[0].id == "stepped_down"  # the lesson holds
    assert result.image.shape == plain.image.shape


@pytest.mark.parametrize(
    ("kind", "rung"),
    [
        *((kind, Rung.HALF) for kind in KINDS),
        # A tiny Z-Image is mostly the embedders that are not stored in 8 bit.
        *((kind, Rung.SMALLER) for kind in KINDS if kind != "z-image"),
    ],
)
def test_every_family_paints_on_every_rung(kind: str, rung: Rung) -> None:
    """The budget is what that rung is said to take: the estimate has to choose it, and what it
    chooses has to work."""
    by = painter(kind)
    size = by._size
    assert size is not None
    work = pass_of(request(), by.row, guided=by.traits.guided)
    share = 0.5 if rung is Rung.SMALLER else 1.0
    room = peak_bytes(size, plan_for(rung, "cpu", share), work)
    residency = budget(by, room)
    result, _ = paint(painter(kind, residency))
    chosen = next(plan for plan in plans("cpu") if peak_bytes(size, plan, work) <= room)
    assert result.notices == (Notice("stepped_down", chosen.rung.value),)
    assert list(plans("cpu")).index(chosen) > 0
    assert dict(result.metrics)["memory_rung"] == tuple(Rung).index(chosen.rung)
    assert result.image.shape == (SIDE, SIDE, 3)
    assert np.isfinite(result.image).all()
    assert sum(each.bytes for each in residency.resident()) <= room


def test_offloading_and_tiles_change_no_pixel() -> None:
    """Up to the last digits: the tile is larger than the picture."""
    plain, _ = paint(painter("sd15"))
    by = painter("sd15")
    assert by._size is not None
    work = pass_of(request(), by.row, guided=True)
    room = peak_bytes(by._size, plan_for(Rung.OFFLOADED, "cpu"), work)
    tight, _ = paint(painter("sd15", budget(by, room)))
    assert tight.notices[-1].text in ("tiled", "offloaded")
    assert np.abs(tight.image - plain.image).max() < 1e-5


def test_with_next_to_nothing_the_figures_are_told_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails = FailsAt(monkeypatch, MemoryError, times=1000)
    fails.patch(*_phases()["load"])
    by = painter("sd15")
    with pytest.raises(OutOfMemory) as error:
        paint(painter("sd15", budget(by, 10_000)))
    assert fails.calls == 0
    assert int(error.value.params["needed"]) > 10_000


def test_a_model_that_was_painted_with_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    by = painter("sd15")
    first, _ = paint(by)
    FailsAt(monkeypatch, AssertionError, times=1000).patch(*_phases()["load"])
    second, _ = paint(by)
    assert np.array_equal(first.image, second.image)


def test_the_limit_that_a_user_sets_is_kept() -> None:
    by = painter("sd15")
    assert by._size is not None
    room = peak_bytes(by._size, plan_for(Rung.HALF, "cpu"), pass_of(request(), by.row, guided=True))
    limited = painter("sd15", memory=room)
    result, _ = paint(limited)
    assert [each.text for each in result.notices] == ["half"]
