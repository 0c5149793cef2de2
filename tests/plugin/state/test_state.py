from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    JOB,
    accepted,
    failed,
    finished,
    online,
    progress,
    started,
    variation,
    working,
)
from velatura_plugin.state.state import JobSubmitted, PanelState, Work, view_of, work_of
from velatura_protocol.engines import EngineSpec
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Transfer
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, Task


@pytest.mark.parametrize(
    ("events", "work"),
    [
        ((), Work.QUEUED),
        ((accepted(),), Work.QUEUED),
        ((accepted(), started()), Work.LOADING),
        ((accepted(), started(), progress()), Work.RUNNING),
        ((accepted(), started(), progress(), variation()), Work.RUNNING),
        ((accepted(), started(), variation(), finished()), Work.STAGING),
        ((accepted(), failed()), Work.IDLE),
    ],
)
def test_what_goes_on_in_a_document(events: tuple, work: Work) -> None:
    state = working(*events)
    assert work_of(state, "one") is work
    assert work_of(state, "another") is Work.IDLE


def test_a_new_job_runs_beside_an_open_strip() -> None:
    state = working(accepted(), variation(), finished(), JobSubmitted(replace(JOB, job="next")))
    assert work_of(state, "one") is Work.QUEUED
    assert [each.job for each in state.jobs_of("one")] == ["job", "next"]


def test_engines_are_found_by_id() -> None:
    assert online().engine("inverter") is not None
    assert online().engine("other") is None


def test_the_view_of_a_new_job() -> None:
    form = PixelFormat(Depth.U8, Layout.RGB)
    region = Rect(1, 2, 3, 4)
    task = Task(
        Operation.FILL,
        Canvas(Size(9, 9), form),
        (Input("image", "a", region, form), Input("mask", "b", region, form)),
        Intent.ADD,
        "engine",
        prompt="a boat",
        seed=4,
        variations=2,
    )
    view = view_of("id", task, "one")
    assert (view.job, view.document, view.prompt, view.seed) == ("id", "one", "a boat", 4)
    assert view.regions == (region,)
    assert view.is_active
    assert view.transfer is Transfer.ENCODED
    canvas = replace(task.canvas, colour=ColourSpace(transfer=Transfer.LINEAR))
    assert view_of("id", replace(task, canvas=canvas), "one").transfer is Transfer.LINEAR


@pytest.mark.parametrize(
    ("reads", "rank", "told"), [(True, 0, True), (True, -1, False), (False, 5, False)]
)
def test_whether_anybody_reads_prompts(reads: bool, rank: int, told: bool) -> None:
    engine = EngineSpec("one", "", "1", (Operation.FILL,), "", takes_prompt=reads, rank=rank)
    assert PanelState(engines=(engine,)).reads_prompts is told
    assert not PanelState().reads_prompts
