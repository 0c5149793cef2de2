"""How orders become stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.doubles import LostAfterOne
from tests.backend.live import SIZE, echo_task, finished_job, previewed, served
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import Failed, Finished, Preview, Result, VariationFailed


async def test_variations_come_one_by_one(backend) -> None:
    async with backend.client() as client:
        await finished_job(client, variations=3)
        assert [e.variation.index for e in client.seen(Result)] == [0, 1, 2]


async def test_previews_are_shown_and_never_after_the_end(backend) -> None:
    async with backend.client() as client:
        task = echo_task(parameters={"previews": 20, "seconds": 0.3}, preview=previewed())
        await client.upload_echo_inputs()
        await client.submit("job", task)
        await client.end_of("job")
        previews = client.seen(Preview)
        assert previews
        assert all(len(client.blobs[p.blob]) == SIZE.area * 4 for p in previews)
        events = client.events
        assert events.index(previews[-1]) < events.index(client.seen(Result)[0])


@pytest.mark.parametrize(
    ("how", "code"),
    [("no_source", ErrorCode.NO_SOURCE), ("unexpected", ErrorCode.ENGINE_ERROR)],
)
async def test_a_failure_is_told_by_name(backend, how: str, code: ErrorCode) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"fail": how}))
        end = await client.end_of("job")
        assert isinstance(end, Failed)
        assert end.error.code is code


async def test_one_bad_variation_does_not_spoil_the_rest(tmp_path: Path) -> None:
    async with served(tmp_path, LostAfterOne) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(variations=3))
        assert isinstance(await client.end_of("job"), Finished)
        assert [e.index for e in client.seen(VariationFailed)] == [1, 2]
