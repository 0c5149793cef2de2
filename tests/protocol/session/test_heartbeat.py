from __future__ import annotations

from velatura_protocol.session import Heartbeat


def test_a_peer_that_is_heard_lives() -> None:
    heartbeat = Heartbeat(10.0, 3)
    for _ in range(100):
        heartbeat.heard()
        assert heartbeat.beat(10.0)


def test_silence_is_given_some_beats() -> None:
    heartbeat = Heartbeat(10.0, 3)
    assert [heartbeat.beat(10.0) for _ in range(4)] == [True, True, True, False]


def test_a_word_in_the_last_moment_begins_anew() -> None:
    heartbeat = Heartbeat(10.0, 2)
    beats = [heartbeat.beat(10.0), heartbeat.beat(10.0)]
    heartbeat.heard()
    beats += [heartbeat.beat(10.0) for _ in range(3)]
    assert beats == [True, True, True, True, False]


def test_our_own_pauses_are_not_the_peer_s_silence() -> None:
    """A laptop that slept, an editor that gave its threads no time."""
    heartbeat = Heartbeat(10.0, 2)
    heartbeat.beat(10.0)
    assert all(heartbeat.beat(3600.0) for _ in range(10))
    assert heartbeat.beat(10.0)
    assert not heartbeat.beat(10.0)
