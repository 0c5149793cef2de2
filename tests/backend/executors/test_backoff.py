from __future__ import annotations

from velatura_backend.executors.backoff import Backoff


def test_the_first_loss_costs_no_time_and_each_further_one_more() -> None:
    backoff = Backoff()
    waits = [backoff.lost(awaited=False) for _ in range(12)]
    assert waits[:4] == [0.0, 0.25, 0.5, 1.0]
    assert waits == sorted(waits)
    assert waits[-1] == 60.0


def test_nobody_who_waits_is_kept_for_long() -> None:
    backoff = Backoff()
    assert max(backoff.lost(awaited=True) for _ in range(50)) == 1.0


def test_what_went_well_is_a_new_beginning() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.lost(awaited=False)
    backoff.went_well()
    assert backoff.lost(awaited=False) == 0.0
