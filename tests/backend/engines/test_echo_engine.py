from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from tests.contracts.engine import EngineContract, RecordingContext, picture, result_of
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin.echo import CRASH_EXIT_CODE, EchoEngine
from velatura_protocol.errors import NoSource, OutOfMemory
from velatura_protocol.tasks import Intent, Operation


class TestEchoKeepsTheContract(EngineContract):
    engine_id = "echo"
    slow = MappingProxyType({"seconds": 60.0})


def make_task(**parameters) -> EngineTask:
    image = picture(6, 9, 4)
    mask = np.ones((6, 9), np.float32)
    return EngineTask(Operation.FILL, Intent.FILL, image, mask, 0, parameters=parameters)


def run(task: EngineTask):
    return list(EchoEngine().run(task, RecordingContext()))


def test_colours_are_inverted_and_alpha_kept():
    task = make_task()
    task.image[..., 3] = 0.25
    image = result_of(run(task)).image
    np.testing.assert_array_equal(image[..., :3], 1.0 - task.image[..., :3])
    assert (image[..., 3] == 0.25).all()


def test_as_many_previews_as_asked_for():
    events = run(make_task(previews=3))
    assert sum(isinstance(event, EnginePreview) for event in events) == 3


def test_takes_as_long_as_asked_for():
    start = time.monotonic()
    run(make_task(seconds=0.05))
    assert time.monotonic() - start >= 0.05


@pytest.mark.parametrize(
    ("how", "error"),
    [("no_source", NoSource), ("out_of_memory", OutOfMemory), ("unexpected", RuntimeError)],
)
def test_fails_as_asked_for(how, error):
    with pytest.raises(error):
        run(make_task(fail=how))


def test_ignores_cancel_when_asked_to():
    context = RecordingContext()
    context.cancel.flag[0] = context.cancel.serial
    task = make_task(ignore_cancel=True)
    result_of(list(EchoEngine().run(task, context)))


def test_upscale_and_generate_have_the_size_asked_for():
    upscale = replace(make_task(), operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.5)
    assert result_of(run(upscale)).image.shape == (15, 22, 4)
    generate = replace(make_task(), operation=Operation.GENERATE, intent=Intent.NONE, target=(5, 3))
    assert result_of(run(generate)).image.shape == (5, 3, 4)


def test_crash_ends_the_process():
    code = "from tests.backend.engines import test_echo_engine as t; t.run(t.make_task(crash=True))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == CRASH_EXIT_CODE
