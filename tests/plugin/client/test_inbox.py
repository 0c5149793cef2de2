from __future__ import annotations

import threading

from tests.plugin.events import accepted, preview, progress, thumbnail, variation
from velatura_plugin.client.events import Link, LinkChanged, UploadProgressed
from velatura_plugin.client.inbox import Inbox


def test_it_wakes_once_for_many() -> None:
    woken: list[int] = []
    inbox = Inbox(lambda: woken.append(1))
    inbox.put(accepted())
    inbox.put(variation())
    assert woken == [1]
    assert inbox.take() == [accepted(), variation()]
    assert inbox.take() == []
    inbox.put(accepted(7))
    assert woken == [1, 1]


def test_the_latest_progress_and_preview_win() -> None:
    inbox = Inbox(lambda: None)
    for event in (progress(3), preview(), progress(4), variation(5), preview(), progress(6)):
        inbox.put(event)
    assert inbox.take() == [variation(5), preview(), progress(6)]


def test_jobs_do_not_displace_each_other() -> None:
    inbox = Inbox(lambda: None)
    one, other = UploadProgressed("one", 1, 2), UploadProgressed("other", 1, 2)
    inbox.put(one)
    inbox.put(other)
    inbox.put(UploadProgressed("one", 2, 2))
    assert inbox.take() == [other, UploadProgressed("one", 2, 2)]


def test_a_countdown_is_its_last_number() -> None:
    inbox = Inbox(lambda: None)
    inbox.put(LinkChanged(Link.RECONNECTING, retry_in=2))
    inbox.put(LinkChanged(Link.RECONNECTING, retry_in=1))
    inbox.put(LinkChanged(Link.ONLINE))
    assert inbox.take() == [
        LinkChanged(Link.RECONNECTING, retry_in=1),
        LinkChanged(Link.ONLINE),
    ]


def test_nothing_is_lost_between_threads() -> None:
    taken: list[object] = []
    wake = threading.Event()
    inbox = Inbox(wake.set)
    thread = threading.Thread(target=lambda: [inbox.put(thumbnail(n)) for n in range(500)])
    thread.start()
    while len(taken) < 500:
        assert wake.wait(60)
        wake.clear()
        taken += inbox.take()
    thread.join()
    assert taken == [thumbnail(n) for n in range(500)]
