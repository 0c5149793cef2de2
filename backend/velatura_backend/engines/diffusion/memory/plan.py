"""How much memory a pass takes, and what is done when there is less.

The ladder's rungs come in the order in which they cost least: first what costs nothing, then time,
then precision, then resolution. A plan is all that was done up to a rung. Nothing here allocates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from velatura_protocol.errors import OutOfMemory

from ..families.table import Stage


class Rung(Enum):
    """``FULL``: weights in four bytes a value. ``HALF``: in two, convolutions channels-last.
    ``TILED``: the VAE works in overlapping tiles. ``OFFLOADED``: on the device is only the
    component that works. ``STREAMED``: denoiser and text encoders come block by block from the
    host's memory. ``EIGHT_BIT``: their weights are stored in one byte. ``SMALLER``: the pass has
    fewer pixels and is enlarged afterwards."""

    FULL = "full"
    HALF = "half"
    TILED = "tiled"
    OFFLOADED = "offloaded"
    STREAMED = "streamed"
    EIGHT_BIT = "eight_bit"
    SMALLER = "smaller"


_LADDERS = {
    "cuda": tuple(Rung)[1:],  # two bytes are also the faster ones there
    "mps": (Rung.HALF, Rung.TILED, Rung.OFFLOADED, Rung.EIGHT_BIT, Rung.SMALLER),
    # Where the host's memory is the device's there is nowhere to stream from, and most processors
    # compute slower in two bytes than in four.
    "cpu": (Rung.FULL, Rung.TILED, Rung.OFFLOADED, Rung.HALF, Rung.EIGHT_BIT, Rung.SMALLER),
}
_RESERVED = 0.9
_EIGHT_BIT_BYTES = 1.1
"""To a value: norms and embeddings keep theirs."""
AREA_SHARES = (0.75, 0.5, 0.35, 0.25)
"""Of the pass's area, one after the other, on the last rung."""
TILE_SIDE = 512
"""Of the VAE's tiles, in pixels of the picture. The library's own default is a VAE's training size,
which for SDXL is the whole pass."""
STREAMED_SHARE = 0.12
"""Of a streamed component's bytes that are on the device at once: the block that works, the next
one, and what lies outside blocks (3 to 9 % in the families here)."""


@dataclass(frozen=True)
class MemoryPlan:
    """What a pass is run with. ``area``: share of the pixels asked for."""

    rung: Rung
    done: frozenset[Rung]
    area: float = 1.0

    @property
    def half(self) -> bool:
        """Weights but the VAE's in two bytes. A VAE in bfloat16 has 128 steps from grey to white:
        it stays in four."""
        return Rung.HALF in self.done

    @property
    def tiled(self) -> bool:
        return Rung.TILED in self.done

    @property
    def alone(self) -> bool:
        return Rung.OFFLOADED in self.done

    @property
    def streamed(self) -> bool:
        return Rung.STREAMED in self.done

    @property
    def eight_bit(self) -> bool:
        return Rung.EIGHT_BIT in self.done


@dataclass(frozen=True)
class Part:
    """A component's number of values, and when it works."""

    name: str
    stage: Stage
    values: int


@dataclass(frozen=True)
class Appetite:
    """Values (not bytes) that are alive at once beside the weights, at most: of a step, ``step``
    for each pixel of the pass and ``step_text`` for the prompt, each for every prediction of the
    batch; of the VAE, ``picture`` for each pixel."""

    step: float
    picture: float
    step_text: float = 0.0


@dataclass(frozen=True)
class ModelSize:
    parts: tuple[Part, ...]
    appetite: Appetite


@dataclass(frozen=True)
class Pass:
    """``pixels`` of the pass; ``batch``: predictions computed together (2 with guidance)."""

    pixels: int
    batch: int = 1


def ladder_of(device: str) -> tuple[Rung, ...]:
    """``device`` as torch spells it."""
    return _LADDERS.get(device.partition(":")[0], _LADDERS["cpu"])


def plan_for(rung: Rung, device: str, area: float = 1.0) -> MemoryPlan:
    """All rungs of the device's ladder up to that one.

    :raises ValueError: the device's ladder has no such rung
    """
    ladder = ladder_of(device)
    return MemoryPlan(rung, frozenset(ladder[: ladder.index(rung) + 1]), area)


def plans(device: str) -> Iterator[MemoryPlan]:
    """From the roomiest to the tightest."""
    for rung in ladder_of(device):
        shares = AREA_SHARES if rung is Rung.SMALLER else (1.0,)
        yield from (plan_for(rung, device, share) for share in shares)


def weight_bytes(part: Part, plan: MemoryPlan) -> int:
    """What a component takes where it lies as a whole."""
    if part.stage is Stage.PICTURE:
        return 4 * part.values
    if plan.eight_bit:
        return int(_EIGHT_BIT_BYTES * part.values)
    return part.values * (2 if plan.half else 4)


def working_bytes(size: ModelSize, plan: MemoryPlan, work: Pass) -> int:
    """Activations of the hungriest stage."""
    return max(_working(size, plan, work, stage) for stage in Stage)


def peak_bytes(size: ModelSize, plan: MemoryPlan, work: Pass) -> int:
    """The most that is on the device at any moment: weights there and activations."""
    stages = [_stage_bytes(size, plan, stage) for stage in Stage]
    if plan.alone:
        return max(
            weights + _working(size, plan, work, stage)
            for weights, stage in zip(stages, Stage, strict=True)
        )
    return sum(stages) + working_bytes(size, plan, work)


def reserved_bytes(size: ModelSize, plan: MemoryPlan, work: Pass) -> int:
    """What weights are to leave free, a little less than activations are said to take: an estimate
    to the byte would refuse what fits."""
    if not plan.alone:
        return int(_RESERVED * working_bytes(size, plan, work))
    largest = max(_stage_bytes(size, plan, stage) for stage in Stage)
    return int(_RESERVED * (peak_bytes(size, plan, work) - largest))


def fitting(size: ModelSize, device: str, room: int, work: Pass) -> MemoryPlan:
    """The roomiest plan that fits into ``room`` bytes.

    :raises OutOfMemory: none does; ``needed`` is what the tightest one would take
    """
    needed = 0
    for plan in plans(device):
        needed = peak_bytes(size, plan, work)
        if needed <= room:
            return plan
    raise OutOfMemory(device=device, needed=needed, free=room)


def step_down(size: ModelSize, device: str, plan: MemoryPlan, work: Pass) -> MemoryPlan | None:
    """The next plan that takes a tenth less, for a pass that ran out of memory by this one; None:
    this was the last. A rung that would hardly help is passed over: there is one retry only."""
    tried = peak_bytes(size, plan, work)
    tighter: list[MemoryPlan] = []
    for other in reversed(list(plans(device))):
        if other == plan:
            break
        tighter.insert(0, other)
    return next((each for each in tighter if peak_bytes(size, each, work) <= 0.9 * tried), None)


def smaller(work: Pass, plan: MemoryPlan) -> Pass:
    return replace(work, pixels=int(work.pixels * plan.area))


def _stage_bytes(size: ModelSize, plan: MemoryPlan, stage: Stage) -> int:
    """All of a stage's components work together."""
    weights = sum(weight_bytes(part, plan) for part in size.parts if part.stage is stage)
    if stage is not Stage.PICTURE and plan.streamed:
        return int(weights * STREAMED_SHARE)
    return weights


def _working(size: ModelSize, plan: MemoryPlan, work: Pass, stage: Stage) -> int:
    """A text encoder's activations are nothing beside its weights."""
    pixels = smaller(work, plan).pixels
    appetite = size.appetite
    if stage is Stage.PICTURE:
        return int(4 * appetite.picture * (min(pixels, TILE_SIDE**2) if plan.tiled else pixels))
    if stage is Stage.DENOISING:
        values = work.batch * (appetite.step * pixels + appetite.step_text)
        return int((2 if plan.half else 4) * values)
    return 0
