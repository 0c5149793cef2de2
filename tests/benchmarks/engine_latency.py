"""``python -m tests.benchmarks.engine_latency [--cancels N] [--only NAME …]``: how soon each
built-in engine shows something of 12 megapixels, and how soon it stops when told to: by the clock,
and by the processor time of all threads until then, which other work hardly changes."""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tests.benchmarks.shared.engines import Quiet
from tests.benchmarks.shared.pictures import photograph
from tests.benchmarks.shared.tables import percentile, table
from velatura_backend.engines import registry
from velatura_backend.engines.base import (
    EnginePreview,
    EngineResult,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from velatura_backend.engines.builtin.warm import warm_up
from velatura_protocol.errors import Cancelled
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation, Role

_LONGEST = 2.5


@dataclass
class Looking(Quiet):
    def wants_preview(self) -> bool:
        return True


@dataclass(frozen=True)
class Way:
    name: str
    operation: Operation
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
    styled: bool = False


@dataclass(frozen=True)
class Wait:
    """Seconds by the clock and of all threads."""

    clock: float
    cpu: float


WAYS = (
    Way("fill", Operation.FILL),
    Way("restyle, oil", Operation.RESTYLE),
    Way("restyle, ink", Operation.RESTYLE, {"preset": "ink"}),
    Way("restyle, pastel", Operation.RESTYLE, {"preset": "pastel"}),
    Way("restyle after a picture", Operation.RESTYLE, styled=True),
    Way("recolour", Operation.RECOLOUR),
    Way("cut out", Operation.CUT_OUT),
    Way("vary", Operation.VARY),
    Way("tile", Operation.TILE),
    Way("retarget", Operation.RETARGET),
    Way("upscale", Operation.UPSCALE),
    Way("restore", Operation.RESTORE, {"measure": False, "denoise": 0.3}),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.engine_latency")
    parser.add_argument("--cancels", type=int, default=6, help="of each")
    parser.add_argument(
        "--longest", type=float, default=_LONGEST, help="seconds until the last cancel may come"
    )
    parser.add_argument("--only", nargs="*", default=[], help="beginnings of names")
    arguments = parser.parse_args()
    warm_up()
    large = (photograph() / np.float32(255.0)).astype(np.float32)
    random, rows, every = np.random.default_rng(0), list[list[str]](), list[Wait]()
    for way in WAYS:
        if arguments.only and not way.name.startswith(tuple(arguments.only)):
            continue
        first_preview(_task(way, large[:700, :700]))  # loads its kernels
        clock, cpu = first_preview(_task(way, large))
        delays = random.uniform(0.02, arguments.longest, arguments.cancels)
        waits = [
            wait for delay in delays if (wait := stopped(_task(way, large), delay)) is not None
        ]
        every += waits
        rows.append([way.name, f"{clock:.2f}", f"{cpu:.2f}", str(len(waits)), *_figures(waits)])
        print(rows[-1], flush=True)
    rows.append(["all", "", "", str(len(every)), *_figures(every)])
    head = ["12 MP", "first preview s", "CPU s", "cancels", "p50 ms", "p95 ms", "worst ms"]
    head += ["p95 CPU ms", "worst CPU ms"]
    print(f"\nload {os.getloadavg()[0]:.1f}\n\n" + table(head, rows))


def _figures(waits: list[Wait]) -> list[str]:
    if not waits:
        return [""] * 5
    clock, cpu = [each.clock for each in waits], [each.cpu for each in waits]
    found = statistics.median(clock), percentile(clock, 95), max(clock)
    return [f"{1e3 * each:.0f}" for each in (*found, percentile(cpu, 95), max(cpu))]


def _task(way: Way, image: FloatImage) -> EngineTask:
    height, width = image.shape[:2]
    y, x = np.ogrid[:height, :width]
    inside = ((y / height - 0.5) / 0.42) ** 2 + ((x / width - 0.5) / 0.3) ** 2 < 1.0
    whole = EngineTask(
        way.operation,
        Intent.REMOVE if way.operation is Operation.FILL else Intent.NONE,
        np.ascontiguousarray(image),
        np.ones((height, width), np.float32),
        0,
        parameters=dict(way.parameters),
        scale=2.0 if way.operation is Operation.UPSCALE else None,
        target=(height, width * 3 // 2) if way.operation is Operation.RETARGET else None,
    )
    if way.operation in (Operation.CUT_OUT, Operation.FILL):
        whole = replace(whole, mask=inside.astype(np.float32))
    style = np.ascontiguousarray(image[:512, :512, [2, 0, 1, 3]])
    return replace(whole, images={Role.STYLE: (style,)}) if way.styled else whole


def first_preview(task: EngineTask) -> tuple[float, float]:
    """Seconds by the clock and of all threads."""
    began, cpu = time.perf_counter(), time.process_time()
    engine = registry.create(f"builtin_{task.operation.value}")
    for event in engine.run(task, Looking()):
        if isinstance(event, EnginePreview):
            return time.perf_counter() - began, time.process_time() - cpu
    raise AssertionError(f"{task.operation.value} showed nothing")


def stopped(task: EngineTask, delay: float) -> Wait | None:
    """From the cancel to the end; None: it was finished before. A picture is written somewhere else
    meanwhile, so its strips are only looked at."""
    context, asked = Looking(), list[tuple[float, float]]()

    def ask() -> None:
        asked.append((time.perf_counter(), time.process_time()))
        context.cancel.flag[0] = context.cancel.serial

    timer = threading.Timer(delay, ask)
    timer.start()
    try:
        for event in registry.create(f"builtin_{task.operation.value}").run(task, context):
            if isinstance(event, EngineResult) and isinstance(event.image, StreamedImage):
                for _ in event.image.strips:
                    pass
    except Cancelled:
        clock, cpu = asked[0]
        return Wait(time.perf_counter() - clock, time.process_time() - cpu)
    timer.cancel()
    return None


if __name__ == "__main__":
    main()
