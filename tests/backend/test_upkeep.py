from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from tests.backend.live import echo_task, finished_job, served
from velatura_backend import upkeep
from velatura_backend.config import Retention
from velatura_backend.journal.journal import Journal
from velatura_protocol.errors import DiskFull
from velatura_protocol.events import JobState
from velatura_protocol.messages import (
    Cancel,
    CancelledJob,
    Capabilities,
    DeviceInfo,
    Favourite,
    Finished,
    Jobs,
    ListJobs,
    Started,
)


async def test_it_wants_to_stop_when_nobody_is_there(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=0.05) as backend:
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)


async def test_a_client_keeps_it_up(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=0.05) as backend:
        async with backend.client() as client:
            await client.upload_echo_inputs()
            await client.submit("job", echo_task(parameters={"seconds": 0.3}))
            assert isinstance(await client.end_of("job"), Finished)
            assert not backend.backend.stopped.is_set()
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)


async def test_work_keeps_it_up(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=0.05) as backend:
        async with backend.client() as client:
            await client.upload_echo_inputs()
            await client.submit("job", echo_task(parameters={"seconds": 0.4}))
            await client.until(lambda: client.story("job"))
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)
        row = await backend.backend.services.journal.run(lambda journal: journal.job("job"))
        assert row is not None
        assert row.state.is_end


async def test_an_orphan_without_clients_ends_at_once(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=None) as backend:
        backend.backend.orphaned.set()
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)


async def test_an_orphan_does_not_stay_for_a_client_that_is_on_its_way_out(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=None) as backend:
        async with backend.client():
            backend.backend.orphaned.set()
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)
        assert not backend.backend.staying.is_set()


async def test_an_orphan_stays_for_a_client_that_does(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=None) as backend:
        async with backend.client():
            backend.backend.orphaned.set()
            await asyncio.wait_for(backend.backend.staying.wait(), 60)
            assert not backend.backend.stopped.is_set()
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)


async def test_without_a_grace_it_stays(tmp_path: Path) -> None:
    async with served(tmp_path, grace_seconds=None) as backend:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(backend.backend.stopped.wait(), 0.2)


async def test_the_history_is_kept_small_and_favourites_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_TRIM_SECONDS", 0.01)
    nothing = Retention(bytes=0)
    async with served(tmp_path, retention=nothing) as backend, backend.client() as client:
        kept = await _favourite_then(client)
        gone = await finished_job(client, names=("c3", "m3"))
        left = {gone}
        request = itertools.count(1)
        async with asyncio.timeout(60):
            while gone in left:
                number = next(request)
                await client.send(ListJobs(number))
                left = {row.job for row in (await client.wait_for(Jobs, request=number)).jobs}
        assert left == {kept}


async def _favourite_then(client) -> str:
    await client.upload_echo_inputs(names=("c1", "m1"))
    await client.submit("kept", echo_task(crop="c1", mask="m1", parameters={"seconds": 0.2}))
    await client.until(lambda: client.story("kept"))
    await client.send(Favourite(900, "kept"))
    await client.end_of("kept")
    return "kept"


async def test_news_of_devices_reach_every_client(backend) -> None:
    async with backend.client(name="one") as one, backend.client(name="two") as two:
        news = Capabilities((DeviceInfo("cuda:0", "A device"),), ("echo",))
        for connection in backend.backend.server.connections:
            connection.tell_everybody(news)
        for client in (one, two):
            found = await client.until(lambda client=client: client.seen(Capabilities)[1:])
            assert found == [news]


async def test_an_end_without_room_is_recorded_as_soon_as_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(upkeep, "_SETTLE_SECONDS", 0.01)
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 60.0}))
        await client.wait_for(Started, job="job")
        append = Journal.append
        monkeypatch.setattr(Journal, "append", full)
        await client.send(Cancel("job"))
        assert isinstance(await client.end_of("job"), CancelledJob)
        ledger = backend.backend.services.ledger
        assert ledger.owes
        monkeypatch.setattr(Journal, "append", append)
        async with asyncio.timeout(60):
            while ledger.owes:
                await asyncio.sleep(0.01)
        row = await backend.backend.services.journal.run(lambda journal: journal.job("job"))
        assert row is not None
        assert row.state is JobState.CANCELLED


async def test_an_orphan_ends_with_its_last_client(tmp_path: Path) -> None:
    async with served(tmp_path) as backend:
        async with backend.client() as client:
            backend.backend.orphaned.set()
            await finished_job(client)
            assert not backend.backend.stopped.is_set()
        await asyncio.wait_for(backend.backend.stopped.wait(), 60)
