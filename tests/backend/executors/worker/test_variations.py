from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import Desk, disc, only
from velatura_backend.engines import registry
from velatura_backend.engines.base import EngineContext, EngineEvent, EngineResult, EngineTask
from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.base import WorkFailed, WorkFinished
from velatura_backend.executors.worker.flow import Worker, token_over
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Role


class Recorder:
    spec = ECHO

    def __init__(self, *, silent: bool = False) -> None:
        self.tasks: list[EngineTask] = []
        self._silent = silent

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        self.tasks.append(task)
        if not self._silent:
            yield EngineResult(task.image.copy())


def test_an_engine_sees_what_the_task_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Recorder()
    monkeypatch.setattr(registry, "create", lambda _: engine)
    desk = Desk(tmp_path)
    desk.add_image()
    desk.add_mask(disc(desk.size, 9))
    exclude = disc(desk.size, 3)
    desk.add(Role.EXCLUDE, exclude[..., None], PixelFormat(Depth.U8, Layout.GREY))
    order = desk.order(seed=5, variations=2, prompt="moss", strength=0.5, parameters={"seconds": 1})
    events = list(Worker(threads=1).run(order, token_over(array("q", [0]), 1)))
    assert isinstance(events[-1], WorkFinished)
    first, second = engine.tasks
    assert (first.seed, second.seed) == (5, 6)
    assert (first.further, second.further) == (1, 0)
    assert (first.prompt, first.strength, first.parameters["seconds"]) == ("moss", 0.5, 1)
    assert first.image.shape == (40, 48, 4)
    assert first.image.dtype == first.mask.dtype == np.float32
    np.testing.assert_array_equal(first.mask, disc(desk.size, 9) / 255)
    np.testing.assert_array_equal(first.masks[Role.EXCLUDE], exclude / 255)


def test_an_engine_without_a_result_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "create", lambda _: Recorder(silent=True))
    order = Desk(tmp_path).simple()
    events = list(Worker(threads=1).run(order, token_over(array("q", [0]), 1)))
    assert only(events, WorkFailed).error.params["kind"] == "RuntimeError"
