from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.jobs.turns import Entry, Turns, Waiting
from velatura_protocol.engines import Device
from velatura_protocol.messages import Priority


def waiting(number: int, client: str, *, held: bool = False, engine: str = "fill") -> Waiting:
    return Waiting(Entry(str(number), client, Device.CPU, engine), number, 0.0, held=held)


_jobs = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=25)
_served = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), max_size=4)


@settings(max_examples=150)
@given(_jobs, _served)
def test_the_next_and_the_places_are_those_of_the_whole_order(
    jobs: list[tuple[str, bool]], served: dict[str, int]
) -> None:
    turns = Turns()
    for number, (client, held) in enumerate(jobs):
        turns.add(waiting(number, client, held=held))
    order = turns.in_order(served)
    assert len(order) == len(turns) == len(jobs)
    assert [turns.before(each, served) for each in order] == list(range(len(jobs)))
    free = [each for each in order if not each.held]
    assert turns.next(served) is (free[0] if free else None)


def test_the_next_of_a_kind() -> None:
    turns = Turns()
    for number, engine in enumerate(("a", "b", "a", "b")):
        turns.add(waiting(number, "x", engine=engine))
    found = turns.next({}, lambda each: each.entry.engine == "b")
    assert found is not None
    assert found.entry.job == "1"
    turns.remove(found)
    assert [each.entry.job for each in turns.in_order({})] == ["0", "2", "3"]


def test_only_live_jobs_with_a_key_replace_each_other() -> None:
    live = Entry("1", "c", Device.CPU, "e", Priority.LIVE, "stroke")
    assert live.live_key == ("c", "stroke")
    assert Entry("1", "c", Device.CPU, "e", Priority.LIVE).live_key is None
    assert Entry("1", "c", Device.CPU, "e", Priority.BATCH, "stroke").live_key is None
