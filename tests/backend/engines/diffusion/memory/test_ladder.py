"""Running out of memory, in every phase, with every outcome."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from velatura_backend.engines.diffusion.families.table import Stage
from velatura_backend.engines.diffusion.memory.ladder import RUNG, Ladder, Lessons
from velatura_backend.engines.diffusion.memory.plan import (
    Appetite,
    MemoryPlan,
    ModelSize,
    Part,
    Pass,
    Rung,
    peak_bytes,
    plan_for,
    plans,
)
from velatura_backend.engines.diffusion.painting.contract import (
    Notice,
    Painted,
    PaintEvent,
    PaintPreview,
    PaintProgress,
)
from velatura_backend.models.residency import Residency, ResidencyLimits
from velatura_protocol.errors import Cancelled, OutOfMemory
from velatura_protocol.events import Phase

torch.set_num_threads(1)

MIB = 1 << 20
SIZE = ModelSize(
    (
        Part("text", Stage.TEXT, 10 * MIB),
        Part("unet", Stage.DENOISING, 30 * MIB),
        Part("vae", Stage.PICTURE, 2 * MIB),
    ),
    Appetite(step=100.0, picture=300.0),
)
WORK = Pass(512 * 512, 2)
PHASES = (Phase.LOADING, Phase.ENCODING, Phase.STEPPING, Phase.DECODING)
BLACK = np.zeros((8, 8, 3), np.float32)


@dataclass
class Memory:
    """A device of so many bytes, all of them free but for what is told."""

    bytes: int
    taken: int = 0

    def available(self) -> int:
        return self.bytes - self.taken

    def give_back(self) -> None:
        pass


def ladder(room: int, size: ModelSize | None = SIZE, lessons: Lessons | None = None) -> Ladder:
    memory = Memory(room)
    residency = Residency("cuda", ResidencyLimits(), memory, Memory(1 << 40))
    return Ladder("model", size, residency, lessons if lessons is not None else Lessons())


@dataclass
class Scripted:
    """A pass that runs out of memory at ``fails`` in its first ``times`` runs."""

    fails: Phase | None = None
    times: int = 1
    plans: list[MemoryPlan] = field(default_factory=list[MemoryPlan])

    def __call__(self, plan: MemoryPlan) -> Iterator[PaintEvent]:
        self.plans.append(plan)
        for index, phase in enumerate(PHASES):
            yield PaintProgress(phase, index / len(PHASES))
            if phase is self.fails and len(self.plans) <= self.times:
                raise MemoryError
        yield PaintPreview(BLACK)
        yield Painted(BLACK, (Notice("prompt_truncated", "so"),), (("steps", 4.0),))


def painted(events: list[PaintEvent]) -> Painted:
    last = events[-1]
    assert isinstance(last, Painted)
    return last


def test_with_room_enough_nothing_is_said() -> None:
    script = Scripted()
    result = painted(list(ladder(1 << 40).paint(WORK, script)))
    assert [plan.rung for plan in script.plans] == [Rung.HALF]
    assert result.notices == (Notice("prompt_truncated", "so"),)
    assert result.metrics == (("steps", 4.0), (RUNG, 1.0))


def test_the_plan_that_fits_is_told() -> None:
    room = peak_bytes(SIZE, plan_for(Rung.OFFLOADED, "cuda"), WORK)
    steps = ladder(room)
    result = painted(list(steps.paint(WORK, Scripted())))
    assert result.notices[-1] == Notice("stepped_down", "offloaded")
    assert steps.residency.limits.alone
    assert 0 < steps.residency.limits.working < room


@pytest.mark.parametrize("phase", PHASES)
def test_running_out_in_any_phase_is_retried_with_less(phase: Phase) -> None:
    script = Scripted(phase)
    events = list(ladder(1 << 40).paint(WORK, script))
    first, second = script.plans
    assert peak_bytes(SIZE, second, WORK) <= 0.9 * peak_bytes(SIZE, first, WORK)
    assert painted(events).notices[-1] == Notice("stepped_down", second.rung.value)
    fractions = [event.fraction for event in events if isinstance(event, PaintProgress)]
    assert fractions == sorted(fractions)


@pytest.mark.parametrize("phase", PHASES)
def test_the_retry_is_the_only_one(phase: Phase) -> None:
    script = Scripted(phase, times=2)
    with pytest.raises(OutOfMemory) as error:
        list(ladder(1 << 40).paint(WORK, script))
    assert len(script.plans) == 2
    assert error.value.params["device"] == "cuda"
    assert int(error.value.params["needed"]) > 0


def test_on_the_last_rung_there_is_no_retry() -> None:
    tightest = list(plans("cuda"))[-1]
    script = Scripted(Phase.STEPPING)
    with pytest.raises(OutOfMemory):
        list(ladder(peak_bytes(SIZE, tightest, WORK)).paint(WORK, script))
    assert len(script.plans) == 1


def test_what_can_never_fit_is_not_tried() -> None:
    script = Scripted()
    with pytest.raises(OutOfMemory) as error:
        list(ladder(MIB).paint(WORK, script))
    assert script.plans == []
    assert error.value.params["free"] == MIB


def test_the_lesson_holds_for_passes_of_that_class_only() -> None:
    lessons = Lessons()
    list(ladder(1 << 40, lessons=lessons).paint(WORK, Scripted(Phase.STEPPING)))
    again, other = Scripted(), Scripted()
    list(ladder(1 << 40, lessons=lessons).paint(WORK, again))
    list(ladder(1 << 40, lessons=lessons).paint(Pass(64 * 64, 2), other))
    assert again.plans[0].rung is not Rung.HALF
    assert other.plans[0].rung is Rung.HALF


def test_lessons_are_forgotten_when_the_memory_may_be_free_again() -> None:
    now = [0.0]
    lessons = Lessons(lambda: now[0])
    list(ladder(1 << 40, lessons=lessons).paint(WORK, Scripted(Phase.STEPPING)))
    rungs = []
    for now[0] in (599.0, 601.0):
        again = Scripted()
        list(ladder(1 << 40, lessons=lessons).paint(WORK, again))
        rungs.append(again.plans[0].rung)
    assert rungs[0] is not Rung.HALF
    assert rungs[1] is Rung.HALF


def test_a_model_of_unknown_size_goes_rung_by_rung() -> None:
    script = Scripted(Phase.DECODING)
    result = painted(list(ladder(0, size=None).paint(WORK, script)))
    assert [plan.rung for plan in script.plans] == [Rung.HALF, Rung.TILED]
    assert result.notices[-1] == Notice("stepped_down", "tiled")
    with pytest.raises(OutOfMemory) as error:
        list(ladder(0, size=None).paint(WORK, Scripted(Phase.DECODING, times=2)))
    assert "needed" not in error.value.params


def test_other_errors_are_not_retried() -> None:
    def cancelled(plan: MemoryPlan) -> Iterator[PaintEvent]:
        yield PaintProgress(Phase.LOADING, 0.0)
        raise Cancelled(phase="stepping")

    with pytest.raises(Cancelled):
        list(ladder(1 << 40).paint(WORK, cancelled))


def test_before_the_retry_all_that_was_made_is_gone_and_all_idle_left() -> None:
    residency = Residency("cpu", ResidencyLimits(), Memory(1 << 40), Memory(1 << 40), apart=True)
    steps = Ladder("model", None, residency, Lessons())
    left: list[weakref.ref[torch.Tensor]] = []
    seen: list[tuple[bool, int]] = []

    def attempt(plan: MemoryPlan) -> Iterator[PaintEvent]:
        on_device = sum(each.bytes for each in residency.resident() if each.on_device)
        seen.append((all(ref() is None for ref in left), on_device))
        with residency.use("model", "unet", lambda: nn.Linear(9, 9)):
            activations = torch.zeros(100)
            left.append(weakref.ref(activations))
            if len(seen) == 1:
                raise MemoryError
        yield Painted(BLACK)

    list(steps.paint(WORK, attempt))
    gc.collect()
    assert seen == [(True, 0), (True, 0)]
