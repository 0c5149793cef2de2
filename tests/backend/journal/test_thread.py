from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.backend.journal.test_journal import accept, end, new_job, use
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.records import StoredEvent
from velatura_backend.journal.thread import JournalThread
from velatura_protocol.errors import DiskFull, Interrupted, NotFound
from velatura_protocol.events import JobState


async def test_actions_run_in_order_in_one_other_thread(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    seen: list[int] = []

    def action(number: int):
        def run(journal: Journal) -> int:
            seen.append(number)
            return threading.get_ident()

        return run

    identities = await asyncio.gather(*(thread.run(action(n)) for n in range(20)))
    thread.close()
    assert seen == list(range(20))
    assert len(set(identities)) == 1
    assert identities[0] != threading.get_ident()


async def test_a_look_waits_for_no_write(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    go = threading.Event()

    def write(journal: Journal) -> None:
        accept(journal, "first")
        go.wait(60)

    writing = asyncio.create_task(thread.run(write))
    async with asyncio.timeout(60):
        while await thread.look(lambda journal: journal.job("first")) is None:
            await asyncio.sleep(0.001)
    assert not writing.done()
    go.set()
    await writing
    thread.close()
    with pytest.raises(Interrupted):
        await thread.look(lambda journal: journal.job("first"))


async def test_a_look_changes_nothing(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    with pytest.raises(Interrupted):
        await thread.look(lambda journal: journal._connection.execute("DELETE FROM meta"))
    thread.close()
    assert [each.name for each in tmp_path.glob("journal.sqlite3*")] == ["journal.sqlite3"]


async def test_what_was_begun_is_carried_out(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    entered, go = threading.Event(), threading.Event()
    done: list[bool] = []

    def slow(journal: Journal) -> None:
        entered.set()
        go.wait()
        done.append(True)

    waiting = asyncio.create_task(thread.run(slow))
    await asyncio.to_thread(entered.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    thread.close()
    assert done == [True]


async def test_whoever_comes_after_the_end_is_told_each_time(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    thread.close()
    for _ in range(2):
        with pytest.raises(Interrupted):
            await thread.run(lambda journal: journal.epoch)


async def test_a_database_that_breaks_is_an_interruption(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)

    def broken(journal: Journal) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    with pytest.raises(Interrupted):
        await thread.run(broken)
    thread.close()


@asynccontextmanager
async def occupied(thread: JournalThread) -> AsyncIterator[list[str]]:
    """What is asked for inside waits until the end, all of it together; the statements of then."""
    entered, go = threading.Event(), threading.Event()
    statements: list[str] = []

    def occupy(journal: Journal) -> None:
        entered.set()
        go.wait(60)
        journal._connection.set_trace_callback(statements.append)

    occupying = asyncio.create_task(thread.run(occupy))
    await asyncio.to_thread(entered.wait)
    yield statements
    await asyncio.sleep(0)
    go.set()
    await occupying


def accepting(job: str) -> Callable[[Journal], None]:
    return lambda journal: accept(journal, job, use(len(job)))


async def test_those_who_wait_together_wait_for_the_disk_once(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    async with occupied(thread) as statements:
        waiting = [
            asyncio.create_task(thread.run(accepting(f"j{n}"), shares=True)) for n in range(20)
        ]
    await asyncio.gather(*waiting)
    assert statements.count("COMMIT") == 1
    assert "PRAGMA synchronous = FULL" in statements
    thread.close()
    again = Journal(tmp_path)
    assert [row.job for row in again.unended()] == [f"j{n}" for n in range(20)]
    again.close()


async def test_where_nobody_waits_for_the_disk_none_does(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    async with occupied(thread) as statements:
        waiting = [
            asyncio.create_task(thread.run(accepting(f"j{n}"), shares=True, waits=False))
            for n in range(3)
        ]
    await asyncio.gather(*waiting)
    assert "PRAGMA synchronous = NORMAL" in statements
    assert "PRAGMA synchronous = FULL" not in statements
    thread.close()


async def test_who_does_not_share_is_alone_and_in_turn(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    seen: list[tuple[str, bool]] = []

    def look(name: str) -> Callable[[Journal], None]:
        return lambda journal: seen.append((name, journal._connection.in_transaction))

    async with occupied(thread):
        waiting = [
            asyncio.create_task(thread.run(look(name), shares=name != "c")) for name in "abcde"
        ]
    await asyncio.gather(*waiting)
    assert seen == [("a", True), ("b", True), ("c", False), ("d", True), ("e", True)]
    thread.close()


async def test_one_that_fails_takes_nobody_with_it(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)

    def missing(journal: Journal) -> None:
        with journal._transaction():
            journal._connection.execute("UPDATE jobs SET good = 99")
            raise NotFound(what="job", id="x")

    async with occupied(thread) as statements:
        tasks = [
            asyncio.create_task(thread.run(action, shares=True))
            for action in (accepting("a"), missing, accepting("b"))
        ]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [type(None), NotFound, type(None)]
    assert statements.count("COMMIT") == 1
    rows = await thread.run(lambda journal: journal.unended())
    assert [(row.job, row.good) for row in rows] == [("a", 0), ("b", 0)]
    thread.close()


async def test_one_that_the_database_refuses_takes_nobody_with_it(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    await thread.run(accepting("twice"))
    async with occupied(thread):
        tasks = [
            asyncio.create_task(thread.run(accepting(job), shares=True))
            for job in ("a", "twice", "b")
        ]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [type(None), Interrupted, type(None)]
    rows = await thread.run(lambda journal: journal.unended())
    assert [row.job for row in rows] == ["twice", "a", "b"]
    thread.close()


async def test_on_a_full_disk_ends_are_recorded_and_the_rest_refused(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    await thread.run(accepting("runs"))

    def fill_up(journal: Journal) -> None:
        pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
        journal._connection.execute(f"PRAGMA max_page_count = {pages}")

    def accept_large(journal: Journal) -> None:
        journal.accept(new_job("large"), (), StoredEvent(1, bytes(100_000)))

    await thread.run(fill_up)
    async with occupied(thread):
        tasks = [
            asyncio.create_task(thread.run(action, shares=True))
            for action in (lambda journal: end(journal, "runs"), accept_large)
        ]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [type(None), DiskFull]
    row = await thread.run(lambda journal: journal.job("runs"))
    assert row is not None
    assert row.state is JobState.FINISHED
    assert await thread.run(lambda journal: journal.job("large")) is None
    thread.close()


async def test_what_nobody_waits_for_any_more_is_not_begun(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)
    async with occupied(thread):
        given_up = asyncio.create_task(thread.run(accepting("a"), shares=True))
        kept = asyncio.create_task(thread.run(accepting("b"), shares=True))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
    await kept
    rows = await thread.run(lambda journal: journal.unended())
    assert [row.job for row in rows] == ["b"]
    thread.close()
