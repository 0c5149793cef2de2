"""When the client tries again, and when it gives up."""

from __future__ import annotations

import threading
from gettext import NullTranslations as Translations

import pytest

from tests.plugin.desk import REMOVE, desk
from velatura_plugin.client.backoff import MAX_UNSTEADY
from velatura_plugin.client.client import Client, Identity
from velatura_plugin.client.events import ClientEvent, Link, LinkChanged
from velatura_plugin.client.uploader import MAX_TRIES
from velatura_plugin.launcher.launcher import StartFailed
from velatura_plugin.state.state import JobStatus
from velatura_plugin.ui.status import status_line
from velatura_protocol.errors import ErrorCode, Unauthorised, VelaturaError


def collect(dial, until) -> list[ClientEvent]:
    """The client's events up to the first one that ``until`` accepts."""
    events: list[ClientEvent] = []
    done = threading.Event()

    def listen(event: ClientEvent) -> None:
        if not done.is_set():
            events.append(event)
        if until(event):
            done.set()

    client = Client(dial, Identity("client", "secret"), delays=(1, 2))
    client.connect(listen)
    assert done.wait(60)
    client.close(seconds=5.0)
    return events


def test_an_error_that_stays_is_not_retried_by_itself() -> None:
    attempts: list[int] = []
    clients: list[Client] = []
    offline = threading.Semaphore(0)
    events: list[LinkChanged] = []

    async def dial(report: object) -> object:
        attempts.append(1)
        raise StartFailed("ended with exit code 1", "last words")

    def listen(event: ClientEvent) -> None:
        assert isinstance(event, LinkChanged)
        events.append(event)
        offline.release()

    client = Client(dial, Identity("client", "secret"))  # type: ignore[arg-type]
    clients.append(client)
    client.connect(listen)
    assert offline.acquire(timeout=60)
    client.retry_now()
    assert offline.acquire(timeout=60)
    client.close(seconds=5.0)
    assert len(attempts) == 2
    assert [each.link for each in events] == [Link.OFFLINE, Link.OFFLINE]
    assert events[0].detail == "last words"
    assert events[0].error is not None
    assert events[0].error.code is ErrorCode.BACKEND_UNAVAILABLE


@pytest.mark.parametrize(
    ("error", "finds"), [(StartFailed("not installed"), True), (Unauthorised(), False)]
)
def test_one_that_somebody_else_starts_is_found(error: VelaturaError, finds: bool) -> None:
    """In a terminal, say; a key that is refused does not become right by waiting."""
    attempts = threading.Semaphore(0)
    looks: list[bool] = []

    async def dial(report: object) -> object:
        attempts.release()
        raise error

    def is_there() -> bool:
        looks.append(len(looks) >= 2)
        return looks[-1]

    client = Client(
        dial,  # type: ignore[arg-type]
        Identity("client", "secret"),
        is_there=is_there,
        look_seconds=0.01,
    )
    client.connect(lambda event: None)
    assert attempts.acquire(timeout=60)
    assert attempts.acquire(timeout=60 if finds else 0.2) == finds
    client.close(seconds=5.0)
    assert bool(looks) == finds


def test_reconnecting_counts_down() -> None:
    async def dial(report: object) -> object:
        raise ConnectionLost()

    seconds: list[int | None] = []

    def until(event: ClientEvent) -> bool:
        assert isinstance(event, LinkChanged)
        assert event.link is Link.RECONNECTING
        seconds.append(event.retry_in)
        return len(seconds) == 3

    collect(dial, until)
    assert seconds[:3] == [2, 1, 0]


class ConnectionLost(Unauthorised):
    retryable = True


def test_a_job_that_breaks_every_connection_is_given_up() -> None:
    """Alone: the jobs after it go on."""
    with desk() as plugin:
        plugin.open()
        # Hello, welcome, and the submit is out before its inputs are.
        plugin.backend.frames_before_cut = [4] * MAX_TRIES
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        view = plugin.finish(job)
        assert view.status is JobStatus.FAILED
        assert view.error is not None
        assert view.error.code is ErrorCode.INTERRUPTED
        assert view.error.retryable, "the user may have it tried again"
        assert plugin.backend.connections == MAX_TRIES + 1
        assert plugin.finish(plugin.controller.generate(REMOVE)).status is JobStatus.FINISHED


def test_a_backend_that_dies_of_every_greeting_is_left_to_the_user() -> None:
    with desk() as plugin:
        links: list[Link] = []

        def break_off(event: ClientEvent) -> None:
            if isinstance(event, LinkChanged):
                links.append(event.link)
                if event.link is Link.ONLINE and links.count(Link.ONLINE) <= MAX_UNSTEADY:
                    plugin.backend.cut()

        plugin.controller.watch(break_off)
        plugin.controller.start()
        plugin.until(lambda: Link.OFFLINE in links)
        assert plugin.backend.connections == MAX_UNSTEADY
        line = status_line(plugin.controller.state, Translations())
        assert line.word == "Off"
        assert "breaks off again and again" in line.sentence
        assert line.actions, "there is a button to try again"
        plugin.client.retry_now()
        plugin.until(lambda: plugin.controller.state.link.link is Link.ONLINE)


def test_the_countdown_is_seen_in_the_panel() -> None:
    lines: list[str] = []

    def look() -> None:
        state = plugin.controller.state
        if state.link.link is Link.RECONNECTING:
            lines.append(status_line(state, Translations()).sentence)

    with desk(delays=(2,)) as plugin:
        plugin.connect()
        plugin.controller.subscribe(lambda *_: look())
        plugin.backend.cut()
        plugin.until(lambda: plugin.backend.connections == 2)
    told = [f"Connection lost. Reconnecting in {n} s." for n in (2, 1, 0)]
    assert list(dict.fromkeys(lines)) == told
