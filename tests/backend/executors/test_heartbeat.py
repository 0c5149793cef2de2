from __future__ import annotations

import time
from multiprocessing import Pipe

from velatura_backend.executors.heartbeat import Heartbeat
from velatura_backend.executors.pipe import Outbox, Pulse

BEAT = 0.05


def test_it_beats_while_there_is_something_to_do() -> None:
    ours, theirs = Pipe()
    heartbeat = Heartbeat(Outbox(theirs), BEAT)
    assert not ours.poll(4 * BEAT)
    heartbeat.begin()
    assert isinstance(ours.recv(), Pulse)
    ours.recv()
    heartbeat.rest()
    while ours.poll(4 * BEAT):
        ours.recv()
    assert not ours.poll(4 * BEAT)


def test_it_tells_work_from_waiting() -> None:
    ours, theirs = Pipe()
    heartbeat = Heartbeat(Outbox(theirs), BEAT)
    heartbeat.begin()
    ours.recv()
    waiting = [ours.recv() for _ in range(3)]
    assert Pulse(works=False) in waiting
    end = time.process_time() + 4 * BEAT
    while time.process_time() < end:
        pass
    working = [ours.recv()]
    while ours.poll():
        working.append(ours.recv())
    assert Pulse(works=True) in working
    heartbeat.rest()
