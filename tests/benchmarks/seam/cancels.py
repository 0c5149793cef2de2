"""How long nobody looks whether the order is to stop, while 12 megapixels are filled, restyled,
enlarged: of each step around the painting the most processor time between two looks, which is the
most that a cancel then waits.

The painter is instant: what counts is what surrounds it. What is dealt to lanes looks by itself,
row by row or band by band, and networks every 10 ms, so their time is left out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

import velatura_backend
from tests.backend.engines.diffusion.orders import engine_with
from tests.backend.engines.diffusion.painters import WIDE, KnownPainter
from tests.benchmarks.shared.pictures import photograph
from tests.benchmarks.shared.tables import table
from velatura_backend.engines.base import CancelToken, EngineContext, EngineTask
from velatura_backend.engines.builtin.patchmatch import lanes
from velatura_backend.engines.builtin.warm import warm_up
from velatura_backend.engines.diffusion.painting.contract import (
    Painted,
    PaintEvent,
    PaintProgress,
    PaintRequest,
)
from velatura_backend.imaging.banded import in_bands
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Intent, Operation

_HOME = Path(velatura_backend.__file__).parent
_ALLOWED = 100.0
"""Milliseconds."""


@dataclass(frozen=True)
class Gap:
    """``seconds`` of processor time; ``place``: the step that looked at its end."""

    seconds: float
    place: str


@dataclass(frozen=True)
class LookedAt(CancelToken):
    gaps: list[Gap] = field(default_factory=list[Gap])
    last: list[float] = field(default_factory=list[float])

    def check(self, phase: Phase) -> None:
        del phase
        self.look()

    def look(self) -> None:
        now = time.thread_time()
        if self.last:
            self.gaps.append(Gap(now - self.last[-1], _place()))
        self.last[:] = [time.thread_time()]

    def skip(self) -> None:
        self.last[:] = [time.thread_time()]


class Alone:
    """One thread, whose time is measured; nobody is shown anything."""

    threads = 1

    def __init__(self) -> None:
        self.cancel = LookedAt(np.zeros(1, np.int64), 1)

    def wants_preview(self) -> bool:
        return False


def _place() -> str:
    """The innermost module around the painting."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if "diffusion" in path.parts and path.is_relative_to(_HOME):
            own = path.relative_to(_HOME / "engines/diffusion").with_suffix("")
            name = frame.f_code.co_name
            if name not in ("check", "_check", "_check_encoding", "_check_decoding", "<lambda>"):
                return f"{own} {name.strip('<>')}"
        frame = frame.f_back
    return "elsewhere"


class Instant(KnownPainter):
    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        def check() -> None:
            context.cancel.check(Phase.STEPPING)

        yield PaintProgress(Phase.STEPPING, 0.5, 1, 2)
        picture = request.image
        if picture is None:
            picture = np.full((request.height, request.width, 3), 0.4, np.float32)
        shade = in_bands(check, lambda band: band * np.float32(0.97) + np.float32(0.02), picture)
        yield Painted(shade)


def longest_gaps(names: list[str]) -> str:
    """A table: for each order the processor time of all, how often it looked, the longest time
    without, and where."""
    warm_up()
    rows: list[list[str]] = []
    for name, task in _tasks().items():
        if names and name not in names:
            continue
        began = time.process_time()
        gaps = _gaps(task)
        spent = time.process_time() - began
        worst = sorted(_worst(gaps), key=lambda gap: -gap.seconds)[:3]
        late = sum(1e3 * gap.seconds > _ALLOWED for gap in gaps)
        places = ", ".join(f"{gap.place} {1e3 * gap.seconds:.0f}" for gap in worst)
        longest = f"{1e3 * worst[0].seconds:.0f}"
        rows.append([name, f"{spent:.1f}", str(len(gaps)), longest, str(late), places])
        print(rows[-1], flush=True)
    head = ["12 MP", "CPU s", "looks", "longest ms", f"over {_ALLOWED:.0f} ms", "longest steps, ms"]
    return table(head, rows)


def _worst(gaps: list[Gap]) -> list[Gap]:
    """The longest of each place."""
    found: dict[str, Gap] = {}
    for gap in gaps:
        if gap.seconds > found.get(gap.place, Gap(0.0, "")).seconds:
            found[gap.place] = gap
    return list(found.values())


def _gaps(task: EngineTask) -> list[Gap]:
    context = Alone()
    run = lanes.Lanes.run

    def looked_at(self: lanes.Lanes, kernel: object, pieces: object, *arguments: object) -> None:
        token = self.cancel
        if isinstance(token, LookedAt):
            token.look()
        run(self, kernel, pieces, *arguments)  # pyright: ignore[reportArgumentType]
        if isinstance(token, LookedAt):
            token.gaps.pop()  # the kernel's own time
            token.skip()

    with patch.object(lanes.Lanes, "run", looked_at):
        context.cancel.look()
        for _ in engine_with(Instant(traits=WIDE)).run(task, context):
            pass
        context.cancel.look()
    return context.cancel.gaps


def _tasks() -> dict[str, EngineTask]:
    large = (photograph() / np.float32(255.0)).astype(np.float32)
    height, width = large.shape[:2]
    y, x = np.ogrid[:height, :width]
    disc = np.hypot((y - height / 2) / 700, (x - width / 2) / 800) < 1.0
    oval = np.hypot((y / height - 0.5) / 0.42, (x / width - 0.5) / 0.3) < 1.0
    specks = np.zeros((height, width), np.float32)
    specks[::75, ::65] = 1.0
    specks = np.kron(specks[::75, ::65], np.pad(np.ones((30, 30), np.float32), ((0, 45), (0, 35))))
    cleared = large.copy()
    cleared[:1500, :900] = 0.0
    fill = EngineTask(Operation.FILL, Intent.FILL, large, disc.astype(np.float32), 3)
    whole = np.ones((height, width), np.float32)
    half = np.ascontiguousarray(cleared[::2, ::2])
    return {
        "fill": fill,
        "remove": replace(fill, intent=Intent.REMOVE),
        "remove, transparent": replace(
            fill, intent=Intent.REMOVE, image=cleared, mask=oval.astype(np.float32)
        ),
        "add, 2,400 places": replace(fill, intent=Intent.ADD, mask=specks[:height, :width]),
        "refine": replace(fill, strength=0.5, mask=oval.astype(np.float32)),
        "vary": replace(fill, operation=Operation.VARY, intent=Intent.NONE, mask=whole),
        "restyle": replace(
            fill, operation=Operation.RESTYLE, intent=Intent.NONE, image=cleared, mask=whole,
            strength=0.6,
        ),
        "generate": EngineTask(
            Operation.GENERATE, Intent.NONE, large[:64, :64], whole[:64, :64], 3,
            target=(height, width),
        ),
        "upscale": EngineTask(
            Operation.UPSCALE, Intent.NONE, half, whole[::2, ::2], 3, scale=2.0
        ),
    }  # fmt: skip
