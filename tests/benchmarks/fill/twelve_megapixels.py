"""``python -m tests.benchmarks.fill.twelve_megapixels``: a photograph of 12 megapixels with a hole
of 3.7; time by the clock and of the processor, and what it took beyond input and result."""

from __future__ import annotations

import dataclasses
import os
import time

import numpy as np

from tests.benchmarks.shared.engines import Quiet, working
from tests.benchmarks.shared.memory import PeakMemory
from tests.benchmarks.shared.tables import table
from velatura_backend.engines import registry
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.warm import warm_up
from velatura_protocol.tasks import Intent, Operation

from .cases import build, load_manifest

_CASE = "china2048_pagoda"
_WIDTH = 4240


def main() -> None:
    warm_up()
    case = next(each for each, _digest in load_manifest() if each.name == _CASE)
    built = build(dataclasses.replace(case, enlarge_to=_WIDTH))
    image, mask = working(built.image), built.hole.astype(np.float32)
    size = f"{image.shape[1]} x {image.shape[0]}"
    hole = float((mask > 0).sum()) / 1e6
    del built
    memory = PeakMemory.start(os.getpid())
    clock, cpu = time.perf_counter(), time.process_time()
    task = EngineTask(Operation.FILL, Intent.REMOVE, image, mask, 0)
    for _ in registry.create("builtin_fill").run(task, Quiet()):
        pass
    spent = time.perf_counter() - clock, time.process_time() - cpu
    extra = memory.extra() / 1e6
    head = ["picture", "hole MP", "seconds", "CPU s", "extra MB with the result"]
    row = [size, f"{hole:.1f}", f"{spent[0]:.1f}", f"{spent[1]:.1f}", f"{extra:.0f}"]
    print(table(head, [row]))


if __name__ == "__main__":
    main()
