"""``python -m tests.benchmarks.vary.twelve_megapixels [--only NAME …]``: a photograph of 12
megapixels, each way in a process of its own: time by the clock and of the processor, what it took
beyond the picture at its peak, and a digest of the result."""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import time

import numpy as np

from tests.benchmarks.shared.engines import Quiet
from tests.benchmarks.shared.memory import PeakMemory
from tests.benchmarks.shared.pictures import photograph
from tests.benchmarks.shared.tables import table
from velatura_backend.engines import registry
from velatura_backend.engines.base import EngineResult, FloatImage
from velatura_backend.engines.builtin.warm import warm_up

from .__main__ import WAYS, Way


class _Looking(Quiet):
    """As the panel does: previews take memory, too."""

    def wants_preview(self) -> bool:
        return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.vary.twelve_megapixels")
    parser.add_argument("--only", nargs="*", default=[], help="beginnings of names")
    only = tuple(parser.parse_args().only)
    rows = list[list[str]]()
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for way in WAYS:
            if not only or way.name.startswith(only):
                rows.append(pool.apply(_row, (way.name,)))
                print(rows[-1], flush=True)
    head = ["12 MP", "seconds", "CPU s", "extra MB with the result", "result"]
    print(f"\nload {os.getloadavg()[0]:.1f}\n\n" + table(head, rows))


def _row(name: str) -> list[str]:
    warm_up()
    way = next(each for each in WAYS if each.name == name)
    _run(way, np.ascontiguousarray(_picture()[:700, :700]))  # loads its kernels
    image = _picture()
    memory = PeakMemory.start(os.getpid())
    clock, cpu = time.perf_counter(), time.process_time()
    made = _run(way, image)
    spent = time.perf_counter() - clock, time.process_time() - cpu
    extra = memory.extra() / 1e6
    digest = hashlib.blake2b(made.tobytes(), digest_size=6).hexdigest()
    return [name, f"{spent[0]:.1f}", f"{spent[1]:.1f}", f"{extra:.0f}", digest]


def _picture() -> FloatImage:
    return photograph().astype(np.float32) / np.float32(255.0)


def _run(way: Way, image: FloatImage) -> FloatImage:
    task = way.task(image)
    for event in registry.create(registry.best(task.operation).id).run(task, _Looking()):
        if isinstance(event, EngineResult):
            assert isinstance(event.image, np.ndarray)
            return event.image
    raise AssertionError(f"{way.name} gave no result")


if __name__ == "__main__":
    main()
