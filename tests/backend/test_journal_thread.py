from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from velatura_backend.journal import Journal
from velatura_backend.journal_thread import JournalThread
from velatura_protocol.errors import Interrupted


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


async def test_a_database_that_breaks_is_an_interruption(tmp_path: Path) -> None:
    thread = JournalThread.open(tmp_path)

    def broken(journal: Journal) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    with pytest.raises(Interrupted):
        await thread.run(broken)
    thread.close()
