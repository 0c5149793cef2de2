from __future__ import annotations

from velatura_plugin.chance import Chance
from velatura_protocol.fields import is_identifier


def test_ids_are_legal_and_new() -> None:
    chance = Chance()
    ids = {chance.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(map(is_identifier, ids))


def test_seeds_fit_everywhere() -> None:
    chance = Chance()
    assert all(0 <= chance.random_seed() < 2**31 for _ in range(1000))


def test_the_clock_goes_forwards() -> None:
    chance = Chance()
    assert chance.clock() <= chance.clock()
