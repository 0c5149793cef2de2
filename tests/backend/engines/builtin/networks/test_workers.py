from __future__ import annotations

import time

import numpy as np
import pytest

from tests.contracts.engine import SERIAL, fresh_token
from velatura_backend.engines.builtin.networks.models import ModelName, load_model
from velatura_backend.engines.builtin.networks.workers import NetworkWorkers
from velatura_protocol.errors import Cancelled


def test_everything_is_done_when_finished():
    done = []
    with NetworkWorkers(2, fresh_token()) as workers:
        workers.finish(workers.submit([lambda _, i=i: done.append(i) for i in range(9)]))
    assert sorted(done) == list(range(9))


def test_what_a_job_raises_is_raised():
    def fail(_options) -> None:
        raise ValueError("broken")

    with NetworkWorkers(1, fresh_token()) as workers, pytest.raises(ValueError, match="broken"):
        workers.finish(workers.submit([fail]))


def test_a_run_is_stopped_in_the_middle():
    model = load_model(ModelName.FAST_2)
    planes = np.zeros((3, 800, 800), np.float32)
    token = fresh_token()
    start = time.process_time()
    with NetworkWorkers(1, token) as workers:
        pending = workers.submit([lambda options: model.run(planes, options) and None])
        token.flag[0] = SERIAL
        with pytest.raises(Cancelled):
            workers.finish(pending)
    stopped = time.process_time() - start
    start = time.process_time()
    model.run(planes)
    assert stopped < 0.7 * (time.process_time() - start)
