"""Jobs that have not ended."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.events import (
    JOB,
    accepted,
    started,
    working,
)
from tests.plugin.ui.showing import shown
from velatura_plugin.state.state import CancelAsked, JobSubmitted
from velatura_plugin.ui.model import Action, Control


def test_each_waiting_job_can_be_removed() -> None:
    assert shown(working(accepted())).queue == ()
    state = working(accepted(), started(), JobSubmitted(replace(JOB, job="second", prompt="a cat")))
    first, second = shown(state).queue
    assert (first.job, first.text) == ("job", "Remove: Loading Inverter, once per session")
    assert first.cancel == Control(Action.CANCEL_JOB, "Remove from the queue")
    assert (second.job, second.text) == ("second", "a cat: Sending…")


def test_what_is_being_stopped_cannot_be_stopped_again() -> None:
    state = working(JobSubmitted(replace(JOB, job="second")), CancelAsked("second"))
    second = shown(state).queue[1]
    assert (second.cancel.enabled, second.cancel.reason) == (False, "Stopping…")
