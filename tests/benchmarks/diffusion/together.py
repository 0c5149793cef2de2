"""Variations at once against one after another: seconds for each picture, and that they are the
same."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from velatura_backend.engines.diffusion.painting.contract import Painted, PaintRequest
from velatura_backend.engines.diffusion.painting.siblings import Waiting

from .networks import Build, parts_of
from .painters import Context, Ours, request_of

HEAD = ("family", "at once", "s each", "CPU s each", "of one alone", "most off, of 255")
COUNTS = (2, 4)


@dataclass(frozen=True)
class Painting:
    """``wall`` and ``cpu``: seconds for each picture."""

    wall: float
    cpu: float
    pictures: tuple[np.ndarray, ...]


def together_rows(builds: Sequence[Build], device: str, runs: int) -> Iterator[Sequence[str]]:
    for build in builds:
        dtype = torch.float32 if device == "cpu" else torch.bfloat16
        ours = Ours(build, parts_of(build, dtype), device)
        _painted(ours, build, 1)  # whatever is measured or made once
        found = {count: [] for count in (1, *COUNTS)}
        for _ in range(runs):  # in turns: other programs come and go
            for count, paintings in found.items():
                paintings.append(_painted(ours, build, count))
        alone = [ours_alone(ours, build, seed) for seed in range(max(COUNTS))]
        for count, paintings in found.items():
            yield _row(build, device, count, paintings, found[1], alone)


def ours_alone(ours: Ours, build: Build, seed: int) -> np.ndarray:
    return _last(ours, replace(request_of(build, build.steps), seed=seed)).image


def _painted(ours: Ours, build: Build, count: int) -> Painting:
    ours.forget()
    asked = replace(request_of(build, build.steps), seed=0, hurried=False)
    wall, cpu = time.perf_counter(), time.process_time()
    pictures: list[np.ndarray] = []
    for seed in range(count):
        siblings = tuple(range(seed + 1, count))
        pictures.append(_last(ours, replace(asked, seed=seed, siblings=siblings)).image)
    if torch.device(ours.device).type == "cuda":
        torch.cuda.synchronize()
    assert not len(ours.resources.keep.get(Waiting, Waiting))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Painting(wall / count, cpu / count, tuple(pictures))


def _last(ours: Ours, request: PaintRequest) -> Painted:
    *_, last = ours.painter.paint(request, Context())
    assert isinstance(last, Painted)
    wanted = float(1 + len(request.siblings))
    assert dict(last.metrics)["together"] >= wanted, "there was room for all"
    return last


def _row(
    build: Build, device: str, count: int, paintings: list[Painting], single: list[Painting],
    alone: list[np.ndarray],
) -> Sequence[str]:  # fmt: skip
    wall = statistics.median(each.wall for each in paintings)
    cpu = statistics.median(each.cpu for each in paintings)
    on_cpu = device == "cpu"
    cost = cpu if on_cpu else wall
    one = statistics.median(each.cpu if on_cpu else each.wall for each in single)
    pictures = zip(paintings[-1].pictures, alone, strict=False)
    off = max(float(np.abs(found - wanted).max()) for found, wanted in pictures)
    figures = (f"{wall:.3f}", f"{cpu:.3f}", f"{cost / one:.2f}", f"{255 * off:.3f}")
    return build.name, str(count), *figures
