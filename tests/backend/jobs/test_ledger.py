from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.live import echo_task
from velatura_backend.engines.specs import ECHO
from velatura_backend.jobs.ledger import Ledger, LiveJob
from velatura_backend.jobs.previews import SharedPreview
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.records import NO_CHANGE, Change
from velatura_backend.journal.thread import JournalThread
from velatura_protocol.errors import DiskFull
from velatura_protocol.events import JobState, Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    JobEvent,
    Progress,
    Started,
    Submit,
)


class Ear:
    def __init__(self) -> None:
        self.heard: list[JobEvent] = []

    def tell(self, event: JobEvent) -> None:
        self.heard.append(event)

    def offer(self, preview: SharedPreview) -> None:
        raise AssertionError("no previews here")


@pytest.fixture
def journal(tmp_path: Path):
    journal = JournalThread.open(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def ledger(journal: JournalThread) -> Ledger:
    return Ledger(journal, lambda: 1000.0)


def begin(ledger: Ledger, job: str = "j", owner: str = "me") -> LiveJob:
    return ledger.begin(Submit(job, echo_task()), owner, ECHO)


async def test_listeners_hear_their_own_and_what_they_follow(ledger: Ledger) -> None:
    mine, other, curious = Ear(), Ear(), Ear()
    ledger.listen("me", mine)
    ledger.listen("other", other)
    ledger.follow("j", curious)
    live = begin(ledger)
    await ledger.accept(live, (), 2)
    assert mine.heard == curious.heard == [Accepted("j", 1, 2)]
    assert other.heard == []
    ledger.leave(mine)
    ledger.pass_on(live, Progress("j", live.next_seq(), Phase.LOADING))
    assert len(mine.heard) == 1
    assert len(curious.heard) == 2


async def test_a_replay_ends_with_the_newest_progress(ledger: Ledger) -> None:
    live = begin(ledger)
    await ledger.accept(live, (), 0)
    await ledger.record(live, Started("j", live.next_seq(), "echo", "cpu"))
    for _ in range(3):
        ledger.pass_on(live, Progress("j", live.next_seq(), Phase.STEPPING))
    assert [event.seq for event in await ledger.replay("j", 0)] == [1, 2, 5]
    assert [event.seq for event in await ledger.replay("j", 2)] == [5]
    assert await ledger.replay("j", 5) == ()


async def test_an_end_is_the_last_that_is_known(ledger: Ledger, journal: JournalThread) -> None:
    live = begin(ledger)
    await ledger.accept(live, (), 0)
    await ledger.end(live, CancelledJob("j", live.next_seq(), Phase.QUEUED))
    assert ledger.live("j") is None
    row = await journal.run(lambda j: j.job("j"))
    assert row is not None
    assert (row.state, row.ended) == (JobState.CANCELLED, 1000.0)
    with pytest.raises(AssertionError):
        await ledger.end(live, CancelledJob("j", live.next_seq(), Phase.QUEUED))


async def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    journal = JournalThread.open(tmp_path)
    ledger = Ledger(journal, lambda: 0.0)
    live = begin(ledger)
    await ledger.accept(live, (), 0)
    for _ in range(1000):
        ledger.pass_on(live, Progress("j", live.next_seq(), Phase.LOADING))
    before = live.seq
    journal.close()

    journal = JournalThread.open(tmp_path)
    row = await journal.run(lambda j: j.job("j"))
    assert row is not None
    restored = Ledger(journal, lambda: 0.0).restore(row, live.submit, ECHO)
    assert restored.next_seq() > before
    journal.close()


async def test_without_room_for_an_end_it_is_told_all_the_same(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear()
    ledger.listen("me", ear)
    live = begin(ledger)
    await ledger.accept(live, (), 0)

    async def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(ledger, "record", full)
    end = CancelledJob("j", live.next_seq(), Phase.QUEUED)
    await ledger.end(live, end)
    assert ear.heard[-1] == end
    assert ledger.live("j") is None


async def test_an_end_that_could_not_be_recorded_is_replayed_and_recorded_later(
    ledger: Ledger, journal: JournalThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = begin(ledger)
    await ledger.accept(live, (), 0)

    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(Journal, "append", full)
    end = CancelledJob("j", live.next_seq(), Phase.QUEUED)
    await ledger.end(live, end)
    assert ledger.owes
    await ledger.settle()
    assert ledger.owes, "there is still no room"
    assert await ledger.replay("j", 0) == (Accepted("j", 1), end)
    assert await ledger.replay("j", end.seq) == ()
    monkeypatch.undo()
    await ledger.settle()
    assert not ledger.owes
    row = await journal.run(lambda j: j.job("j"))
    assert row is not None
    assert row.state is JobState.CANCELLED
    assert await ledger.replay("j", 0) == (Accepted("j", 1), end)


async def test_what_was_never_durable_leaves_nothing(ledger: Ledger) -> None:
    ear = Ear()
    ledger.listen("me", ear)
    ledger.cancel_upload(begin(ledger))
    assert ear.heard == [CancelledJob("j", 1, Phase.UPLOADING)]
    assert ledger.is_empty
    assert await ledger.replay("j", 0) == ()


def test_a_plain_event_changes_nothing() -> None:
    assert Change() == NO_CHANGE
