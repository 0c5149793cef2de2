"""What went wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    FAILURE,
    JOB,
    accepted,
    failed,
    finished,
    online,
    variation,
    working,
)
from tests.plugin.ui.showing import actions, shown
from tests.plugin.ui.states import STATES
from velatura_plugin.client.events import Link, LinkChanged
from velatura_plugin.state.reducer import reduce
from velatura_plugin.state.state import JobSubmitted, Notice, NoticeRaised, PutAway, ResultsPutAway
from velatura_plugin.ui.model import Action, Control, NoticeBox, Tone
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo, VariationFailed


@pytest.mark.parametrize(
    ("code", "job", "wanted"),
    [
        (ErrorCode.OUT_OF_MEMORY, "job", [Action.RETRY_JOB, Action.DISMISS]),
        (ErrorCode.OUT_OF_MEMORY, "", [Action.DISMISS]),
        (ErrorCode.UNAUTHORISED, "", [Action.OPEN_SETTINGS, Action.DISMISS]),
        (ErrorCode.VERSION_MISMATCH, "", [Action.OPEN_SETTINGS, Action.DISMISS]),
        (ErrorCode.NOTHING_SELECTED, "", [Action.DISMISS]),
        (ErrorCode.BACKEND_UNAVAILABLE, "", [Action.DISMISS]),
    ],
)
def test_one_action_beside_dismissing(code: ErrorCode, job: str, wanted: list[Action]) -> None:
    error = ErrorInfo(code, retryable=True)
    notice = shown(working(accepted(), NoticeRaised(Notice(error, job)))).notice
    assert notice is not None
    assert actions(notice.actions) == wanted


def test_a_backend_that_is_gone_is_restarted() -> None:
    error = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE)
    state = online(LinkChanged(Link.OFFLINE), NoticeRaised(Notice(error)))
    notice = shown(state).notice
    assert notice is not None
    assert actions(notice.actions) == [Action.RESTART_BACKEND, Action.DISMISS]


def test_what_is_no_fault_is_no_error() -> None:
    mild = shown(working(accepted(), failed())).notice
    assert mild is not None
    assert mild.tone is Tone.WARNING
    broken = shown(working(accepted(), failed(error=ErrorInfo(ErrorCode.ENGINE_ERROR)))).notice
    assert broken is not None
    assert broken.tone is Tone.ERROR


@pytest.mark.parametrize(
    ("name", "text", "show"),
    [
        (
            "discarded",
            "1 result discarded. It stays in the history.",
            Action.OPEN_HISTORY,
        ),
        (
            "several discarded",
            "3 results discarded. They stay in the history.",
            Action.OPEN_HISTORY,
        ),
        (
            "closed",
            "“cat.kra” was closed with 2 results not accepted. They stay in the history.",
            Action.OPEN_FULL_HISTORY,
        ),
        (
            "closed without a name",
            "A picture was closed with 1 result not accepted. It stays in the history.",
            Action.OPEN_FULL_HISTORY,
        ),
    ],
)
def test_what_nobody_accepted_is_somewhere(name: str, text: str, show: Action) -> None:
    model = shown(STATES[name])
    assert model.notice == NoticeBox(
        text, Tone.QUIET, (Control(show, "Show"), Control(Action.DISMISS, "Dismiss"))
    )
    assert model.announcement == text


def test_what_was_discarded_elsewhere_is_not_told_here() -> None:
    assert shown(online(ResultsPutAway(PutAway("two", 3)))).notice is None


def test_an_error_goes_before_what_was_discarded() -> None:
    notice = shown(reduce(STATES["discarded"], NoticeRaised(Notice(FAILURE)))).notice
    assert notice is not None
    assert notice.tone is not Tone.QUIET


def test_details_are_one_block_without_prompts() -> None:
    job = replace(JOB, prompt="a secret")
    error = ErrorInfo(ErrorCode.WORKER_LOST, {"exit_code": -9}, retryable=True)
    notice = shown(online(JobSubmitted(job), failed(error=error))).notice
    assert notice is not None
    assert notice.detail.splitlines() == [
        "worker_lost",
        "exit_code: -9",
        "engine: inverter",
        "plug-in 0.1.0, backend 0.1.0, protocol 1.0",
    ]


def test_discarding_several_is_asked_about() -> None:
    (strip,) = shown(working(accepted(), variation(), variation(5, 1), finished())).strips
    assert strip.discard_question == "Discard all 2 results?"
    (strip,) = shown(working(accepted(), variation(), VariationFailed("job", 5, 1, FAILURE))).strips
    assert strip.discard_question == ""
