"""Which engine does a task that names none."""

from __future__ import annotations

from itertools import permutations

import pytest

from velatura_protocol.choosing import best_engine, can_do, engines_for
from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NotFound, Unsupported
from velatura_protocol.tasks import Intent, Operation

_BOTH = (Operation.FILL, Operation.VARY)
PLAIN = EngineSpec("plain", "", "1", _BOTH, "", intents=(Intent.REMOVE, Intent.FILL), rank=10)
WORDS = EngineSpec("words", "", "1", _BOTH, "", takes_prompt=True, rank=5)
MORE_WORDS = EngineSpec("more", "", "1", (Operation.FILL,), "", takes_prompt=True, rank=7)
CHECK = EngineSpec("check", "", "1", tuple(Operation), "", takes_prompt=True, rank=-100)
ENGINES = (PLAIN, CHECK, WORDS, MORE_WORDS)


@pytest.mark.parametrize(
    ("operation", "intent", "prompt", "order"),
    [
        (Operation.FILL, Intent.REMOVE, "", "plain more words"),
        (Operation.FILL, Intent.REMOVE, "a wall", "more words plain"),
        (Operation.FILL, Intent.REMOVE, " \n", "plain more words"),
        (Operation.FILL, Intent.FILL, "", "more words plain"),
        (Operation.FILL, Intent.ADD, "", "more words"),
        (Operation.VARY, Intent.NONE, "", "plain words"),
        (Operation.VARY, Intent.NONE, "at night", "words plain"),
        (Operation.TILE, Intent.NONE, "", ""),
    ],
)
def test_the_best_comes_first_whatever_the_order_they_are_told_in(
    operation: Operation, intent: Intent, prompt: str, order: str
) -> None:
    for engines in permutations(ENGINES):
        found = engines_for(engines, operation, intent, prompt=prompt)
        assert [each.id for each in found] == order.split()


def test_an_engine_for_checks_is_there_for_those_who_name_it() -> None:
    assert engines_for((CHECK, PLAIN), Operation.FILL) == (PLAIN,)
    assert engines_for((CHECK, PLAIN), Operation.FILL, named="check") == (PLAIN, CHECK)
    assert best_engine(ENGINES, Operation.TILE, named="check") is CHECK
    with pytest.raises(Unsupported):
        best_engine(ENGINES, Operation.TILE)


def test_who_is_named_does_it_whatever_the_order() -> None:
    assert best_engine(ENGINES, Operation.FILL, Intent.FILL, named="plain") is PLAIN
    assert best_engine(ENGINES, Operation.FILL, Intent.REMOVE, named="words") is WORDS


@pytest.mark.parametrize(
    ("prompt", "named", "error", "params"),
    [
        ("", "gone", NotFound, {"what": "engine", "id": "gone"}),
        ("", "plain", Unsupported, {"what": "add"}),
        ("sky", "plain", Unsupported, {"what": "add"}),
    ],
)
def test_why_there_is_none(prompt: str, named: str, error: type, params: dict[str, str]) -> None:
    with pytest.raises(error) as raised:
        best_engine(ENGINES, Operation.FILL, Intent.ADD, prompt=prompt, named=named)
    assert raised.value.params == params


@pytest.mark.parametrize("named", ["", "plain"])
def test_a_prompt_that_nobody_reads_is_no_secret(named: str) -> None:
    with pytest.raises(Unsupported) as raised:
        best_engine([PLAIN], Operation.FILL, Intent.REMOVE, prompt="sky", named=named)
    assert raised.value.params == {"what": "prompt"}


def test_an_engine_without_intents_takes_all_of_them() -> None:
    assert all(can_do(WORDS, Operation.FILL, each) for each in Intent)
    assert not can_do(PLAIN, Operation.FILL, Intent.ADD)
    assert can_do(PLAIN, Operation.FILL)
    assert not can_do(PLAIN, Operation.UPSCALE)
