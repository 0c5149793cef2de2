"""The client on its own: connections that break, jobs that are cancelled at every moment."""

from __future__ import annotations

import threading
from dataclasses import replace
from gettext import NullTranslations as Translations

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from tests.plugin.scripted import Script
from velatura_plugin.backoff import MAX_UNSTEADY
from velatura_plugin.client import Client, Identity
from velatura_plugin.events import (
    ClientEvent,
    HistoryArrived,
    Link,
    LinkChanged,
    RequestDone,
    VariationArrived,
)
from velatura_plugin.launcher import StartFailed
from velatura_plugin.state import JobStatus
from velatura_plugin.ui.status import status_line
from velatura_plugin.uploader import MAX_TRIES
from velatura_protocol.errors import ErrorCode, Unauthorised, VelaturaError
from velatura_protocol.messages import Accepted, Finished, Result


def story(desk: Desk, frames_before_cut: list[int]) -> tuple[object, int, list[ClientEvent]]:
    """A job from capture to accept over connections that are cut after so many frames."""
    events: list[ClientEvent] = []
    document = desk.open()
    desk.controller.watch(events.append)
    desk.backend.frames_before_cut = frames_before_cut
    desk.connect()
    job = desk.controller.generate(REMOVE)
    view = desk.finish(job)
    assert view.status is JobStatus.FINISHED, view
    assert [each.index for each in view.staging.ready] == [0, 1]
    desk.controller.step_variation(job, 1)
    desk.controller.accept(job)
    contents = desk.host.documents[document.id].contents
    patches = [layer.patches for layer in contents.layers]
    return patches, desk.backend.connections, events


@pytest.fixture(scope="module")
def uncut() -> object:
    with desk() as plugin:
        return story(plugin, [])[0]


@pytest.mark.parametrize("first", range(0, 60, 3))
def test_a_cut_connection_loses_nothing(first: int, uncut: object) -> None:
    with desk() as plugin:
        patches, connections, events = story(plugin, [first, first + 1, first // 2])
        assert patches == uncut
        assert connections > 1
        arrived = [each.variation.index for each in events if isinstance(each, VariationArrived)]
        assert arrived == [0, 1], "each result is told once"
        assert len([each for each in events if isinstance(each, Accepted)]) == 1
        assert len([each for each in events if isinstance(each, Finished)]) == 1
        assert len(plugin.backend.jobs) == 1
        job = next(iter(plugin.backend.jobs.values()))
        assert [e.variation.index for e in job.events if isinstance(e, Result)] == [0, 1]


@pytest.mark.parametrize("step", ["accepted", "started", "result-0", "result-1", "finished"])
def test_a_cable_pulled_at_each_step_loses_nothing(step: str, uncut: object) -> None:
    with desk(Script(hold={step})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: job in plugin.backend.jobs or not plugin.backend.cut())
        plugin.backend.cut()
        plugin.until(lambda: plugin.controller.state.link.link is Link.ONLINE)
        plugin.backend.release(step)
        view = plugin.finish(job)
        assert [each.index for each in view.staging.ready] == [0, 1]
        plugin.controller.show_variation(job, 1)
        plugin.controller.accept(job)
        contents = plugin.host.documents[document.id].contents
        assert [layer.patches for layer in contents.layers] == uncut


@pytest.mark.parametrize("first", range(0, 40, 4))
def test_cancel_reaches_the_backend_over_a_cut_connection(first: int) -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        plugin.open()
        plugin.backend.frames_before_cut = [first]
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.controller.cancel(job)
        plugin.until(lambda: plugin.controller.state.job(job) is None)
        known = plugin.backend.jobs.get(job)
        assert known is None or known.is_cancelled or plugin.backend.jobs[job].events


def test_a_job_is_kept_until_there_is_a_connection() -> None:
    with desk(delays=(60,)) as plugin:
        plugin.open()
        plugin.connect()
        plugin.backend.is_down = True
        plugin.backend.cut()
        plugin.until(lambda: plugin.controller.state.link.link is Link.RECONNECTING)
        job = plugin.controller.generate(REMOVE)
        dropped = plugin.controller.generate(REMOVE)
        plugin.controller.cancel(dropped)
        plugin.until(lambda: plugin.controller.state.job(dropped) is None)
        plugin.backend.is_down = False
        plugin.client.retry_now()
        assert plugin.finish(job).status is JobStatus.FINISHED
        assert list(plugin.backend.jobs) == [job]


def test_pixels_that_were_sent_are_not_sent_again() -> None:
    with desk() as plugin:
        plugin.open()
        plugin.connect()
        plugin.finish(plugin.controller.generate(REMOVE))
        sent = plugin.backend.uploaded_bytes
        plugin.finish(plugin.controller.generate(replace(REMOVE, seed=99)))
        assert plugin.backend.uploaded_bytes == sent


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


def test_another_connection_on_request_loses_nothing(uncut: object) -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.status(job) is JobStatus.RUNNING)
        plugin.client.reconnect()
        plugin.until(lambda: plugin.backend.connections == 2)
        plugin.backend.release("result-0")
        assert plugin.finish(job).status is JobStatus.FINISHED
        plugin.controller.step_variation(job, 1)
        plugin.controller.accept(job)
        contents = plugin.host.documents[document.id].contents
        assert [layer.patches for layer in contents.layers] == uncut


def test_requests_are_answered_or_fail() -> None:
    with desk() as plugin:
        events: list[ClientEvent] = []
        plugin.controller.watch(events.append)
        plugin.connect()
        listed = plugin.client.list_jobs()
        forgotten = plugin.client.forget(("a", "b"))
        plugin.until(lambda: any(isinstance(each, RequestDone) for each in events))
        assert HistoryArrived(listed, ()) in events
        assert RequestDone(forgotten, 2) in events


def test_a_request_without_a_connection_fails_at_once() -> None:
    with desk(delays=(60,)) as plugin:
        plugin.backend.is_down = True
        events: list[ClientEvent] = []
        plugin.controller.watch(events.append)
        plugin.controller.start()
        number = plugin.client.list_jobs()
        plugin.until(lambda: any(isinstance(each, RequestDone) for each in events))
        (answer,) = [each for each in events if isinstance(each, RequestDone)]
        assert answer.request == number
        assert answer.error is not None
        assert answer.error.code is ErrorCode.BACKEND_UNAVAILABLE
