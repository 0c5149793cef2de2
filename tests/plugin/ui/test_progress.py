from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import JOB
from velatura_plugin.i18n import Translations
from velatura_plugin.state.state import JobStatus, ProgressView
from velatura_plugin.ui.progress import progress_line
from velatura_protocol.events import Phase


@pytest.mark.parametrize(
    ("eta", "text"),
    [(0.2, "1 s left"), (59.4, "59 s left"), (60.0, "1 min left"), (600.0, "10 min left")],
)
def test_time_left(eta: float, text: str) -> None:
    progress = ProgressView(Phase.STEPPING, 0.5, 0, 5, 10, eta)
    job = replace(JOB, variations=1, status=JobStatus.RUNNING, progress=progress)
    line = progress_line([job], Translations())
    assert line is not None
    assert line.text == f"Step 5 of 10, {text}"


@pytest.mark.parametrize(
    ("step", "steps", "is_told"), [(0, 0, True), (1, 10, False), (3, 10, True)]
)
def test_time_left_is_told_once_it_means_something(step: int, steps: int, is_told: bool) -> None:
    """Engines that count no steps tell only how far they are."""
    progress = ProgressView(Phase.STEPPING, 0.5, 0, step, steps, 7.0)
    line = progress_line(
        [replace(JOB, status=JobStatus.RUNNING, progress=progress)], Translations()
    )
    assert line is not None
    assert line.text.endswith("7 s left") == is_told


def test_the_furthest_job_leads() -> None:
    queued = replace(JOB, job="a", status=JobStatus.QUEUED)
    running = replace(JOB, job="b", status=JobStatus.RUNNING, variations=1)
    line = progress_line([queued, running], Translations())
    assert line is not None
    assert line.text.startswith("Waiting…") or line.text.startswith("Working…")
    assert line.text.endswith("1 waiting")


def test_nothing_runs() -> None:
    assert progress_line([], Translations()) is None


def test_sending_shows_how_much() -> None:
    line = progress_line([replace(JOB, sent=0.5)], Translations())
    assert line is not None
    assert (line.text, line.fraction) == ("Sending…", 0.5)
