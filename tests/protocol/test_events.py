from __future__ import annotations

from velatura_protocol.events import JobState


def test_a_job_ends_in_one_of_three_states():
    ends = {JobState.FINISHED, JobState.FAILED, JobState.CANCELLED}
    assert {state for state in JobState if state.is_end} == ends
