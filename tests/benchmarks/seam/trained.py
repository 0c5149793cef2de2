"""The tiny trained model's own seams: its fills with the colour match and without."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tests.benchmarks.shared.tables import table
from tests.models.asked import Asked, fifty
from tests.models.measure import colour_index
from tests.models.ours import MODEL, engine_of, run, task_for
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.diffusion.engine import DiffusionEngine
from velatura_protocol.parameters import ParameterValue

from .grounds import BoolMask, Picture
from .measures import edge_step

_WAYS: dict[str, dict[str, ParameterValue]] = {
    "neither": {"colour_match": 0.0, "grain": 0.0},
    "colours": {"colour_match": 1.0, "grain": 0.0},
    "colours and grain": {"colour_match": 1.0},
}


@dataclass(frozen=True)
class Filled:
    """``edges``: ΔE2000 across the outline in each way, where what was asked for is not near;
    ``own``: of the picture as it was, there."""

    asked: Asked
    pictures: dict[str, Picture]
    edges: dict[str, float]
    own: float


def filled(count: int) -> Iterator[Filled]:
    """:raises FileNotFoundError: the model is not there"""
    if not MODEL.exists():
        raise FileNotFoundError(MODEL)
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_of(MODEL, Path(folder))
        for asked in fifty()[:count]:
            yield _filled(engine, asked)


def _filled(engine: DiffusionEngine, asked: Asked) -> Filled:
    before = asked.picture().astype(np.float32) / np.float32(255.0)
    mask = asked.mask()
    task = task_for(asked)
    pictures = {name: _painted(engine, task, parameters) for name, parameters in _WAYS.items()}
    thing = _saturated(pictures.values()) & mask
    edges = {name: edge_step(picture, mask, thing) for name, picture in pictures.items()}
    shown = np.where(mask[..., None], np.float32(0.5), before)
    return Filled(asked, {"asked": shown, **pictures}, edges, edge_step(before, mask, thing))


def _saturated(pictures: Iterable[Picture]) -> BoolMask:
    """What was asked for, wherever any of them shows it: grounds are pale."""
    return np.logical_or.reduce([colour_index(picture) >= 0 for picture in pictures])


def _painted(engine: DiffusionEngine, task: EngineTask, more: dict[str, ParameterValue]) -> Picture:
    changed = replace(task, parameters={**task.parameters, **more})
    return run(engine, changed).astype(np.float32) / np.float32(255.0)


def by_ground(found: list[Filled]) -> str:
    """Those whose new thing is at all of the outline say nothing."""
    told = [each for each in found if not np.isnan(each.own)]
    groups = {"all": told}
    for ground in dict.fromkeys(each.asked.ground for each in told):
        groups[str(ground)] = [each for each in told if each.asked.ground == ground]
    rows = [[name, str(len(own)), *_means(own)] for name, own in groups.items()]
    return table(["ground", "fills", *_WAYS, "edge's own"], rows)


def _means(own: list[Filled]) -> list[str]:
    ways = [[each.edges[way] for each in own] for way in _WAYS]
    return [f"{np.mean(each):.2f}" for each in (*ways, [each.own for each in own])]
