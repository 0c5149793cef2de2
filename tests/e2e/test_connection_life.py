"""The plug-in and a real server over a real socket: two editors at once, and one that hangs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.test_plugin_roundtrip import ECHO, SETTINGS, backend, connect, finish, plugin
from tests.plugin.desk import noise
from velatura_plugin.app import App
from velatura_plugin.client import conversation
from velatura_plugin.client.events import ClientEvent, Link, LinkChanged, PreviewArrived
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.state.state import JobStatus
from velatura_protocol.geometry import Rect, Size


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextmanager
def editor(data: Path, seed: int) -> Iterator[tuple[App, MemoryHost]]:
    """With a picture of its own; all have the same client's identity, as on one machine."""
    with plugin(data) as (app, host):
        document = host.open(noise(Size(32, 32), seed=seed))
        host.select(document, Rect(4, 4, 8, 8))
        connect(app, host)
        yield app, host


def both(one: MemoryHost, other: MemoryHost, done) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        for host in (one, other):
            host.run_until(host._posted.empty)
        time.sleep(0.005)


def test_two_editors_share_a_backend_and_no_job(data: Path) -> None:
    assert SETTINGS.client_id, "one identity for both"
    slow = replace(ECHO, variations=1, parameters={"seconds": 1.0, "previews": 20})
    with backend(data), editor(data, 1) as (krita, paint_order), editor(data, 2) as (other, table):
        heard: list[ClientEvent] = []
        other.controller.watch(heard.append)
        mine = krita.controller.generate(slow)
        theirs = other.controller.generate(ECHO)
        both(
            paint_order,
            table,
            lambda: (
                krita.controller.store.view(mine).status.is_end
                and other.controller.store.view(theirs).status.is_end
            ),
        )
        for app, own, foreign in ((krita, mine, theirs), (other, theirs, mine)):
            assert app.controller.store.view(own).status is JobStatus.FINISHED
            assert app.controller.state.job(foreign) is None
        assert not [each for each in heard if getattr(each, "job", theirs) != theirs]
        assert not [e for e in heard if isinstance(e, PreviewArrived) and e.job == mine]


def test_one_editor_s_cancel_and_end_leave_the_other_s_job(data: Path) -> None:
    slow = replace(ECHO, variations=1, parameters={"seconds": 1.5})
    endless = replace(slow, parameters={"seconds": 600.0})
    with backend(data), editor(data, 1) as (krita, paint_order):
        with editor(data, 2) as (other, table):
            mine = krita.controller.generate(slow)
            paint_order.run_until(
                lambda: krita.controller.store.view(mine).status is JobStatus.RUNNING, seconds=60
            )
            theirs = other.controller.generate(endless)
            other.controller.cancel(theirs)
            table.run_until(lambda: other.controller.state.job(theirs) is None, seconds=60)
        assert finish(krita, paint_order, mine).status is JobStatus.FINISHED


def test_an_editor_that_gives_its_threads_no_time_keeps_its_connection(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that holds the interpreter's lock for a minute, in the time of this test."""
    monkeypatch.setattr(conversation, "HEARTBEAT_SECONDS", 0.1)
    with backend(data), editor(data, 1) as (app, host):
        links: list[Link] = []
        app.controller.watch(lambda e: links.append(e.link) if isinstance(e, LinkChanged) else None)
        for _ in range(3):
            app.client._post(lambda: time.sleep(0.8))
            time.sleep(1.0)
        job = app.controller.generate(ECHO)
        assert finish(app, host, job).status is JobStatus.FINISHED
        assert links == []
