from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.jobs.scheduler import Entry, Replaced, Rules, Scheduler
from velatura_protocol.engines import Device
from velatura_protocol.errors import LimitExceeded
from velatura_protocol.messages import Priority

CPU = Device.CPU


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> Scheduler:
    return Scheduler(Rules(queued_per_client=8, warm_passes=2, warm_seconds=10.0), clock)


def entry(
    job: str,
    client: str = "a",
    *,
    engine: str = "fill",
    priority: Priority = Priority.INTERACTIVE,
    live: str = "",
    device: Device = CPU,
) -> Entry:
    return Entry(job, client, device, engine, priority, live)


def add(scheduler: Scheduler, entry: Entry) -> Replaced:
    scheduler.hold(entry)
    return scheduler.release(entry.job)


def run_all(scheduler: Scheduler, device: Device = CPU) -> list[str]:
    done: list[str] = []
    while (started := scheduler.start_next(device)) is not None:
        done.append(started.job)
        scheduler.end(started.job)
    return done


def test_a_client_s_jobs_run_in_the_order_they_came(scheduler: Scheduler) -> None:
    for job in ("1", "2", "3"):
        add(scheduler, entry(job))
    assert run_all(scheduler) == ["1", "2", "3"]


def test_higher_priority_goes_first(scheduler: Scheduler) -> None:
    add(scheduler, entry("batch", priority=Priority.BATCH))
    add(scheduler, entry("interactive"))
    add(scheduler, entry("live", priority=Priority.LIVE, live="stroke"))
    assert run_all(scheduler) == ["live", "interactive", "batch"]


def test_clients_take_turns(scheduler: Scheduler) -> None:
    for job in ("a1", "a2", "a3"):
        add(scheduler, entry(job, "a"))
    add(scheduler, entry("b1", "b"))
    add(scheduler, entry("b2", "b"))
    assert run_all(scheduler) == ["a1", "b1", "a2", "b2", "a3"]


def test_a_client_that_was_just_served_waits_for_a_newcomer(scheduler: Scheduler) -> None:
    add(scheduler, entry("a1", "a"))
    scheduler.start_next(CPU)
    add(scheduler, entry("a2", "a"))
    add(scheduler, entry("b1", "b"))
    scheduler.end("a1")
    assert run_all(scheduler) == ["b1", "a2"]


def test_devices_have_queues_of_their_own(scheduler: Scheduler) -> None:
    add(scheduler, entry("slow", device=Device.ACCELERATOR))
    add(scheduler, entry("quick"))
    assert scheduler.start_next(CPU) == entry("quick")
    assert scheduler.start_next(CPU) is None
    assert scheduler.start_next(Device.ACCELERATOR) == entry("slow", device=Device.ACCELERATOR)


def test_a_newer_live_job_replaces_the_queued_one(scheduler: Scheduler) -> None:
    add(scheduler, entry("old", priority=Priority.LIVE, live="stroke"))
    replaced = add(scheduler, entry("new", priority=Priority.LIVE, live="stroke"))
    assert replaced == Replaced(queued=("old",))
    assert run_all(scheduler) == ["new"]


def test_a_newer_live_job_names_the_running_one(scheduler: Scheduler) -> None:
    add(scheduler, entry("old", priority=Priority.LIVE, live="stroke"))
    scheduler.start_next(CPU)
    replaced = add(scheduler, entry("new", priority=Priority.LIVE, live="stroke"))
    assert replaced == Replaced(running=("old",))
    assert scheduler.is_running("old")


@pytest.mark.parametrize(
    "other",
    [
        entry("other", priority=Priority.LIVE, live="another stroke"),
        entry("other", priority=Priority.INTERACTIVE, live="stroke"),
        entry("other", "b", priority=Priority.LIVE, live="stroke"),
        entry("other", priority=Priority.LIVE, live=""),
    ],
    ids=["other key", "not live", "other client", "no key"],
)
def test_only_live_jobs_under_one_key_of_one_client_coalesce(
    scheduler: Scheduler, other: Entry
) -> None:
    add(scheduler, other)
    assert add(scheduler, entry("new", priority=Priority.LIVE, live="stroke")) == Replaced()
    assert scheduler.is_queued("other")


def test_live_jobs_without_a_key_do_not_coalesce(scheduler: Scheduler) -> None:
    add(scheduler, entry("1", priority=Priority.LIVE))
    assert add(scheduler, entry("2", priority=Priority.LIVE)) == Replaced()


def test_the_queue_of_a_client_is_bounded(scheduler: Scheduler) -> None:
    for number in range(8):
        add(scheduler, entry(str(number)))
    with pytest.raises(LimitExceeded) as caught:
        add(scheduler, entry("one too many"))
    assert caught.value.params == {"limit": "queued_jobs", "value": 9, "maximum": 8}
    add(scheduler, entry("of somebody else", "b"))


def test_a_refused_live_job_replaces_nothing(clock: Clock) -> None:
    scheduler = Scheduler(Rules(queued_per_client=0), clock)
    with pytest.raises(LimitExceeded):
        add(scheduler, entry("x", priority=Priority.LIVE, live="k"))
    assert scheduler.is_idle


def test_replacing_a_live_job_works_in_a_full_queue(scheduler: Scheduler) -> None:
    for number in range(7):
        add(scheduler, entry(str(number)))
    add(scheduler, entry("old", priority=Priority.LIVE, live="k"))
    assert add(scheduler, entry("new", priority=Priority.LIVE, live="k")).queued == ("old",)


def test_cancel_takes_a_queued_job_out_once(scheduler: Scheduler) -> None:
    add(scheduler, entry("1"))
    assert scheduler.remove("1")
    assert not scheduler.remove("1")
    assert scheduler.start_next(CPU) is None


def test_cancelling_a_queued_job_leaves_the_running_one(scheduler: Scheduler) -> None:
    add(scheduler, entry("running"))
    add(scheduler, entry("queued"))
    scheduler.start_next(CPU)
    assert not scheduler.remove("running")
    scheduler.remove("queued")
    assert scheduler.is_running("running")


def test_places_count_the_running_job(scheduler: Scheduler) -> None:
    for job in ("1", "2", "3"):
        add(scheduler, entry(job))
    scheduler.start_next(CPU)
    assert scheduler.places(CPU) == {"2": 1, "3": 2}


def test_a_place_is_that_of_the_whole_list(scheduler: Scheduler) -> None:
    for job, client, priority in (
        ("1", "a", Priority.BATCH),
        ("2", "a", Priority.INTERACTIVE),
        ("3", "b", Priority.INTERACTIVE),
        ("4", "a", Priority.INTERACTIVE),
        ("5", "c", Priority.LIVE),
    ):
        add(scheduler, entry(job, client, priority=priority))
    scheduler.start_next(CPU)
    places = scheduler.places(CPU)
    assert list(places) == ["2", "3", "4", "1"]
    assert {job: scheduler.place(job) for job in places} == places


def test_the_warm_engine_s_job_goes_before_its_turn(scheduler: Scheduler) -> None:
    add(scheduler, entry("1", engine="warm"))
    scheduler.start_next(CPU)
    scheduler.end("1")
    add(scheduler, entry("2", engine="cold"))
    add(scheduler, entry("3", engine="warm"))
    assert run_all(scheduler) == ["3", "2"]


def test_warmth_passes_a_job_over_only_so_often(scheduler: Scheduler) -> None:
    add(scheduler, entry("w0", engine="warm"))
    scheduler.start_next(CPU)
    scheduler.end("w0")
    add(scheduler, entry("cold", engine="cold"))
    for job in ("w1", "w2", "w3"):
        add(scheduler, entry(job, engine="warm"))
    assert run_all(scheduler) == ["w1", "w2", "cold", "w3"]


def test_warmth_passes_no_job_over_that_has_waited(scheduler: Scheduler, clock: Clock) -> None:
    add(scheduler, entry("w0", engine="warm"))
    scheduler.start_next(CPU)
    scheduler.end("w0")
    add(scheduler, entry("cold", engine="cold"))
    add(scheduler, entry("w1", engine="warm"))
    clock.now = 11.0
    assert run_all(scheduler) == ["cold", "w1"]


def test_warmth_does_not_beat_priority(scheduler: Scheduler) -> None:
    add(scheduler, entry("w0", engine="warm"))
    scheduler.start_next(CPU)
    scheduler.end("w0")
    add(scheduler, entry("batch", engine="warm", priority=Priority.BATCH))
    add(scheduler, entry("interactive", engine="cold"))
    assert run_all(scheduler) == ["interactive", "batch"]


def test_warmth_delays_no_live_job(scheduler: Scheduler) -> None:
    add(scheduler, entry("w0", engine="warm"))
    scheduler.start_next(CPU)
    scheduler.end("w0")
    add(scheduler, entry("stroke", engine="cold", priority=Priority.LIVE, live="k"))
    add(scheduler, entry("w1", engine="warm", priority=Priority.LIVE, live="l"))
    assert run_all(scheduler) == ["stroke", "w1"]


def test_a_lost_worker_is_warm_for_nothing(scheduler: Scheduler) -> None:
    add(scheduler, entry("1", engine="warm"))
    scheduler.start_next(CPU)
    scheduler.end("1")
    scheduler.forget_warm(CPU)
    add(scheduler, entry("2", engine="cold"))
    add(scheduler, entry("3", engine="warm"))
    assert run_all(scheduler) == ["2", "3"]


def test_a_held_job_keeps_its_place_but_does_not_run(scheduler: Scheduler) -> None:
    scheduler.hold(entry("1"))
    add(scheduler, entry("2"))
    assert scheduler.places(CPU) == {"1": 0, "2": 1}
    assert run_all(scheduler) == ["2"]
    scheduler.release("1")
    assert run_all(scheduler) == ["1"]


def test_a_live_job_that_arrived_later_is_not_replaced_by_an_older_one(
    scheduler: Scheduler,
) -> None:
    scheduler.hold(entry("old", priority=Priority.LIVE, live="k"))
    add(scheduler, entry("new", priority=Priority.LIVE, live="k"))
    assert scheduler.release("old") == Replaced(queued=("old",))
    assert run_all(scheduler) == ["new"]


def test_of_held_live_jobs_those_in_the_middle_are_overtaken(scheduler: Scheduler) -> None:
    def hold(job: str) -> tuple[str, ...]:
        scheduler.hold(entry(job, priority=Priority.LIVE, live="k"))
        return scheduler.overtaken_by(job)

    assert hold("first") == ()
    assert hold("second") == ()
    assert hold("third") == ("second",)
    scheduler.remove("second")
    scheduler.release("first")
    assert hold("fourth") == (), "the third is furthest now"
    assert hold("fifth") == ("fourth",)
    scheduler.hold(entry("other"))
    assert scheduler.overtaken_by("other") == ()


def test_a_live_job_that_runs_is_not_replaced_by_an_older_one(scheduler: Scheduler) -> None:
    scheduler.hold(entry("old", priority=Priority.LIVE, live="k"))
    add(scheduler, entry("new", priority=Priority.LIVE, live="k"))
    scheduler.start_next(CPU)
    assert scheduler.release("old") == Replaced(queued=("old",))
    assert scheduler.is_running("new")
    assert run_all(scheduler) == []


_jobs = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["fill", "other"]),
        st.sampled_from([Priority.INTERACTIVE, Priority.BATCH]),
    ),
    max_size=20,
)


@settings(max_examples=60)
@given(_jobs)
def test_every_job_runs_once_and_no_client_gets_ahead(
    jobs: list[tuple[str, str, Priority]],
) -> None:
    scheduler = Scheduler(Rules(warm_passes=0), Clock())
    for number, (client, engine, priority) in enumerate(jobs):
        add(scheduler, entry(str(number), client, engine=engine, priority=priority))
    assert list(scheduler.places(CPU).values()) == list(range(len(jobs)))

    order = [int(job) for job in run_all(scheduler)]
    assert sorted(order) == list(range(len(jobs)))
    interactive = [jobs[n][0] for n in order if jobs[n][2] is Priority.INTERACTIVE]
    batch = [n for n in order if jobs[n][2] is Priority.BATCH]
    assert order[len(interactive) :] == batch
    left = Counter(interactive)
    served: Counter[str] = Counter()
    for client in interactive:
        assert served[client] <= min(served[other] for other in left if left[other])
        served[client] += 1
        left[client] -= 1
