from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.engines.specs import ECHO, FILL
from velatura_backend.executors.inline import InlineExecutor
from velatura_backend.executors.self_test import run_trial


async def test_the_blot_is_gone(tmp_path: Path) -> None:
    result = await run_trial(InlineExecutor(), FILL, tmp_path)
    assert result.is_right
    assert result.seconds_work > 0


async def test_a_wrong_result_is_seen(tmp_path: Path) -> None:
    """The echo engine inverts: red becomes cyan, which is not grey."""
    assert not (await run_trial(InlineExecutor(), ECHO, tmp_path)).is_right


async def test_a_failing_job_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from velatura_backend.engines import registry
    from velatura_protocol.errors import NotFound

    def missing(engine: str) -> None:
        raise NotFound(what="engine", id=engine)

    monkeypatch.setattr(registry, "create", missing)
    with pytest.raises(NotFound):
        await run_trial(InlineExecutor(), ECHO, tmp_path)
