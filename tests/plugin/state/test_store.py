from __future__ import annotations

import pytest

from tests.plugin.events import FAILURE, JOB
from velatura_plugin.client.events import ClientEvent, RequestDone
from velatura_plugin.state.state import (
    JobSubmitted,
    Notice,
    NoticeDismissed,
    NoticeRaised,
    PanelState,
)
from velatura_plugin.state.store import Store
from velatura_protocol.errors import ErrorCode, NoSource, NotFound


@pytest.fixture
def heard() -> list[PanelState]:
    return []


@pytest.fixture
def store(heard: list[PanelState]) -> Store:
    store = Store()
    store.subscribe(heard.append)
    return store


def test_listeners_hear_of_changes_only(store: Store, heard: list[PanelState]) -> None:
    store.apply(NoticeRaised(Notice(FAILURE)))
    store.apply(RequestDone(1))
    assert heard == [store.state]


def test_changes_made_together_are_heard_of_once(store: Store, heard: list[PanelState]) -> None:
    with store.together():
        store.apply(JobSubmitted(JOB))
        with store.together():
            store.apply(NoticeRaised(Notice(FAILURE)))
        assert heard == []
    assert heard == [store.state]
    with store.together():
        store.apply(RequestDone(1))
    assert len(heard) == 1


def test_a_subscription_ends(store: Store, heard: list[PanelState]) -> None:
    other: list[PanelState] = []
    end = store.subscribe(other.append)
    end()
    store.apply(JobSubmitted(JOB))
    assert (len(heard), other) == (1, [])


def test_a_listener_may_end_its_subscription_while_it_is_told(store: Store) -> None:
    ends = []
    told: list[int] = []

    def once(state: PanelState) -> None:
        told.append(1)
        ends[0]()

    ends.append(store.subscribe(once))
    store.apply(NoticeRaised(Notice(FAILURE)))
    store.apply(NoticeDismissed())
    assert told == [1]


def test_watchers_see_every_event(store: Store) -> None:
    seen: list[ClientEvent] = []
    end = store.watch(seen.append)
    store.publish(RequestDone(1))
    end()
    store.publish(RequestDone(2))
    assert seen == [RequestDone(1)]


def test_errors_of_users_actions_become_the_notice(store: Store) -> None:
    def fail() -> int:
        raise NoSource()

    assert store.attempt(lambda: 3) == 3
    assert store.state.notice is None
    assert store.attempt(fail) is None
    assert store.state.notice is not None
    assert store.state.notice.error.code is ErrorCode.NO_SOURCE


def test_bugs_are_not_notices(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        store.attempt(lambda: 1 // 0)


def test_views_are_found_or_missed(store: Store) -> None:
    store.apply(JobSubmitted(JOB))
    assert store.view("job") == JOB
    with pytest.raises(NotFound):
        store.view("other")
