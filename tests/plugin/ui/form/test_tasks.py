from __future__ import annotations

from velatura_plugin.ui.form.tasks import engines_for, task_named
from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Operation

PLAIN = EngineSpec("plain", "", "1", (Operation.FILL, Operation.VARY), "", rank=10)
WORDS = EngineSpec(
    "words", "", "1", (Operation.FILL, Operation.VARY), "", takes_prompt=True, rank=5
)
CHECK = EngineSpec("check", "", "1", tuple(Operation), "", takes_prompt=True, rank=-100)


def first(task_id: str) -> str:
    task = task_named(task_id)
    assert task is not None
    return engines_for((PLAIN, CHECK, WORDS), task)[0].id


def test_filling_begins_with_what_reads_words_and_removing_with_the_best() -> None:
    assert first("fill") == "words"
    assert first("remove") == "plain"
    assert first("vary") == "plain"


def test_an_engine_for_checks_is_offered_to_nobody_who_did_not_ask_for_it() -> None:
    task = task_named("fill")
    assert task is not None
    assert engines_for((CHECK, PLAIN), task) == (PLAIN,)
    assert set(engines_for((CHECK, PLAIN), task, "check")) == {CHECK, PLAIN}
