from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from tests.backend.executors.orders import Desk, only
from velatura_backend.executors.base import WorkFailed
from velatura_backend.executors.pipe import WorkerSettings
from velatura_backend.executors.supervisor import Supervisor
from velatura_protocol.errors import ErrorCode

COLD = WorkerSettings(threads=2, warm=False)


def dies_at_once(*_: object) -> None:
    os._exit(9)


async def test_a_worker_that_never_comes_up_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("velatura_backend.executors.worker_process.main", dies_at_once)
    supervisor = Supervisor(COLD, lambda: None)
    with caplog.at_level(logging.WARNING, "velatura"):
        events = [event async for event in supervisor.run(Desk(tmp_path).simple())]
    failed: WorkFailed = only(events, WorkFailed)
    assert failed.error.code is ErrorCode.WORKER_LOST
    assert failed.error.params == {"exit_code": 9}
    assert len(caplog.records) == 3
    assert supervisor.pid is None
    await supervisor.close()


async def test_an_unexpected_exception_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = Supervisor(COLD, lambda: None)
    order = Desk(tmp_path).simple(parameters={"fail": "unexpected"}, prompt="a secret wish")
    with caplog.at_level(logging.INFO, "velatura"):
        events = [event async for event in supervisor.run(order)]
    assert only(events, WorkFailed).error.params["kind"] == "RuntimeError"
    assert "Traceback" in caplog.text
    assert "a secret wish" not in caplog.text
    await supervisor.close()
