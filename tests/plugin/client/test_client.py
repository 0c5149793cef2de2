"""The client on its own: connections that break, jobs that are cancelled at every moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from tests.plugin.scripted import Script
from velatura_plugin.client.events import (
    ClientEvent,
    HistoryArrived,
    Link,
    RequestDone,
    VariationArrived,
)
from velatura_plugin.state.state import JobStatus
from velatura_protocol.errors import ErrorCode
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
