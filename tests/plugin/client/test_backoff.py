from __future__ import annotations

from velatura_plugin.client.backoff import MAX_UNSTEADY, STEADY_SECONDS, Backoff, spread


def test_a_connection_that_held_is_made_again_soon() -> None:
    backoff = Backoff((1, 2, 5))
    for _ in range(20):
        assert backoff.next_delay(STEADY_SECONDS) == 1
        assert not backoff.is_spent()


def test_where_nobody_answers_the_waits_grow_and_end_never() -> None:
    backoff = Backoff((1, 2, 5))
    assert [backoff.next_delay(None) for _ in range(50)] == [2] + [5] * 49
    assert not backoff.is_spent()


def test_connections_that_break_off_at_once_wait_longer_each_time() -> None:
    backoff = Backoff((1, 2, 5))
    assert [backoff.next_delay(0.1) for _ in range(4)] == [1, 2, 5, 5]


def test_one_that_dies_of_every_greeting_is_left_to_the_user() -> None:
    backoff = Backoff((0,))
    spent = []
    for _ in range(2 * MAX_UNSTEADY):
        backoff.next_delay(0.1)
        spent.append(backoff.is_spent())
    assert spent == ([False] * (MAX_UNSTEADY - 1) + [True]) * 2, "asked to try again, it does"


def test_jobs_that_get_on_are_worth_coming_back_for() -> None:
    backoff = Backoff((0,))
    for _ in range(5 * MAX_UNSTEADY):
        backoff.next_delay(0.1)
        backoff.progressed()
        assert not backoff.is_spent()


def test_many_clients_come_back_at_many_moments() -> None:
    waits = {spread(10) for _ in range(200)}
    assert all(0.0 <= each <= 5.0 for each in waits)
    assert max(waits) - min(waits) > 2.0
    assert spread(0) == 0.0
