"""What the panel shows of its buttons, previews and notices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    DOCUMENT,
    FAILURE,
    JOB,
    accepted,
    after,
    failed,
    finished,
    online,
    preview,
    progress,
    started,
    variation,
    working,
)
from tests.plugin.scripted_jobs import INVERTER
from tests.plugin.ui import states
from tests.plugin.ui.presenting import (
    CRASHED,
    DRAFT,
    FILL,
    INSTALL_FIRST,
    MEMORY,
    UNSELECTED,
    model,
)
from tests.plugin.ui.states import offering
from velatura_plugin.capture.request import GenerateRequest, MaskSource
from velatura_plugin.client.events import Link, LinkChanged
from velatura_plugin.host.base import MaskKind
from velatura_plugin.state.state import (
    CancelAsked,
    DocumentSeen,
    DocumentView,
    JobSubmitted,
    Notice,
    NoticeDismissed,
    NoticeRaised,
    PanelState,
)
from velatura_plugin.ui.button import generate_label
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.model import Action, Control
from velatura_plugin.ui.present import present
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.messages import ErrorInfo
from velatura_protocol.pixels import Transfer
from velatura_protocol.tasks import Intent, Operation


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (PanelState(), Action.START_BACKEND),
        (after(LinkChanged(Link.OFFLINE, error=CRASHED)), Action.RESTART_BACKEND),
        (
            after(LinkChanged(Link.OFFLINE, error=ErrorInfo(ErrorCode.VERSION_MISMATCH))),
            Action.START_BACKEND,
        ),
        (after(LinkChanged(Link.RECONNECTING, retry_in=3)), Action.RETRY_NOW),
    ],
)
def test_what_can_be_done_about_the_link(state: PanelState, action: Action) -> None:
    assert [each.action for each in model(state).status.actions] == [action]


def test_what_is_not_installed_can_be_installed_or_be_elsewhere() -> None:
    state = after(LinkChanged(Link.OFFLINE, error=INSTALL_FIRST))
    actions = [each.action for each in model(state).status.actions]
    assert actions == [Action.INSTALL, Action.OPEN_SETTINGS]


@pytest.mark.parametrize(
    ("state", "stop"),
    [
        (online(), None),
        (working(), Control(Action.STOP, "Stop")),
        (working(accepted(), started()), Control(Action.STOP, "Stop")),
        (
            working(accepted(), CancelAsked("job")),
            Control(Action.STOP, "Stop", enabled=False, reason="Stopping…"),
        ),
        (working(accepted(), variation(), finished()), None),
        (after(LinkChanged(Link.STARTING)), Control(Action.STOP_START, "Stop")),
    ],
)
def test_stop_is_there_while_anything_runs(state: PanelState, stop: Control | None) -> None:
    assert model(state).stop == stop


def test_stop_is_there_for_jobs_of_other_documents() -> None:
    other = DocumentView("two", "two.kra", Size(4, 4))
    shown = model(working(accepted(), DocumentSeen(other)))
    assert shown.stop is not None
    assert shown.progress is None
    assert shown.strips == ()


DRAFTS = [
    (FILL, DOCUMENT, "Fill selection"),
    (FILL, UNSELECTED, "Fill selection"),
    (replace(FILL, intent=Intent.REMOVE), DOCUMENT, "Remove selection"),
    (
        replace(FILL, mask=MaskSource(MaskKind.TRANSPARENCY)),
        UNSELECTED,
        "Fill transparent areas",
    ),
    (GenerateRequest(Operation.RESTYLE), UNSELECTED, "Restyle layer"),
    (GenerateRequest(Operation.RESTYLE), DOCUMENT, "Restyle selection"),
    (GenerateRequest(Operation.CUT_OUT), UNSELECTED, "Cut out of layer"),
    (GenerateRequest(Operation.CUT_OUT), DOCUMENT, "Cut out selection"),
    (GenerateRequest(Operation.UPSCALE, scale=2.0), DOCUMENT, "Upscale 2×"),
    (GenerateRequest(Operation.UPSCALE), DOCUMENT, "Upscale"),
    (GenerateRequest(Operation.TILE), None, "Make tileable"),
]


@pytest.mark.parametrize(("draft", "document", "label"), DRAFTS)
def test_the_button_says_what_it_would_do(
    draft: GenerateRequest, document: DocumentView | None, label: str
) -> None:
    assert generate_label(draft, document) == label


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (DRAFT, ""),
        (Draft(task="restyle"), "Choose or describe a style."),
        (Draft(task="restyle", prompt="oil"), ""),
        (Draft(task="generate"), "Describe what you want to see."),
        (Draft(task="extend"), "Say how far the picture is to be extended."),
        (Draft(task="extend", sides=Margins(left=8)), ""),
        (replace(DRAFT, engines={"fill": "gone"}), ""),
    ],
)
def test_why_the_button_is_off(draft: Draft, reason: str) -> None:
    assert model(online(), draft).generate.reason == reason


def test_a_style_is_not_asked_for_in_words_where_nobody_reads_them() -> None:
    state = offering(replace(INVERTER, takes_prompt=False))
    assert model(state, Draft(task="restyle")).generate.reason == "Choose a style."
    protecting = Draft(task="restyle", roles={"style": "top"})
    assert model(state, protecting).generate.reason == ""


def test_what_needs_a_selection_says_so_before() -> None:
    roles = tuple(replace(each, required=each.role == "mask") for each in INVERTER.roles)
    cutter = replace(INVERTER, roles=roles)
    draft = Draft(task="cut_out")
    state = offering(cutter, document=states.UNSELECTED)
    assert model(state, draft).generate.reason == "Select something first."
    assert model(state, draft).hint == ""
    assert model(offering(INVERTER), draft).generate.reason == ""


def test_the_hint_says_what_is_captured() -> None:
    assert model(online()).hint == "Selection: 4 × 4 pixels"
    upscale = Draft(task="upscale")
    assert model(online(), upscale).hint == "The result has 80 × 60 pixels."
    tile = Draft(task="tile")
    assert model(online(), tile).hint == "Whole picture: 40 × 30 pixels"
    assert model(online(DocumentSeen(UNSELECTED))).hint == ""
    assert model(PanelState()).hint == ""


def test_the_bar() -> None:
    line = model(working(accepted(), started(), progress(fraction=0.4))).progress
    assert line is not None
    assert line.fraction == 0.4
    loading = model(working(accepted(), started())).progress
    assert loading is not None
    assert loading.fraction is None


def test_jobs_that_wait_behind_are_counted() -> None:
    state = working(accepted(), started(), JobSubmitted(replace(JOB, job="second")))
    line = model(state).progress
    assert line is not None
    assert line.text == "Loading Inverter, once per session · 1 waiting"


def test_a_single_variation_is_not_numbered() -> None:
    state = online(JobSubmitted(replace(JOB, variations=1)), accepted(), started())
    for phase, text in ((Phase.ENCODING, "Preparing…"), (Phase.DELIVERING, "Finishing…")):
        line = model(after_events(state, progress(phase=phase))).progress
        assert line is not None
        assert line.text == text


def after_events(state: PanelState, *events) -> PanelState:
    from velatura_plugin.state.reducer import reduce

    for event in events:
        state = reduce(state, event)
    return state


def test_a_preview_is_in_the_panel_too() -> None:
    assert model(working(accepted(), preview())).preview is not None
    assert model(working(accepted())).preview is None


@pytest.mark.parametrize("transfer", Transfer)
def test_a_preview_is_told_with_what_its_samples_mean(transfer: Transfer) -> None:
    state = working(accepted(), preview())
    told = model(replace(state, jobs=(replace(state.jobs[0], transfer=transfer),)))
    assert told.preview_transfer is transfer
    assert model(working(accepted())).preview_transfer is None


def test_a_notice_says_what_and_offers_one_thing() -> None:
    state = working(accepted(), failed(error=MEMORY))
    notice = model(state).notice
    assert notice is not None
    assert notice.job == "job"
    assert [each.action for each in notice.actions] == [Action.RETRY_JOB, Action.DISMISS]
    assert model(after_events(state, NoticeDismissed())).notice is None
    lost = after_events(state, LinkChanged(Link.OFFLINE))
    offline = model(lost).notice
    assert offline is not None
    assert not offline.actions[0].enabled


def test_what_trying_again_does_not_help_is_not_tried_again() -> None:
    notice = model(online(NoticeRaised(Notice(FAILURE)))).notice
    assert notice is not None
    assert [each.action for each in notice.actions] == [Action.DISMISS]


def test_an_extension_is_seen_in_the_panel_while_the_canvas_is_as_it_was() -> None:
    staged = working(accepted(), variation(), finished())
    (job,) = staged.jobs
    assert present(staged, Draft()).preview is None, "it is on the canvas"
    assert job.staging.shown is not None
    extended = replace(job, margins=Margins(left=100))
    beyond = present(replace(staged, jobs=(extended,)), Draft())
    assert beyond.preview is job.staging.shown.thumbnail
    comparing = replace(extended, comparing=True)
    assert present(replace(staged, jobs=(comparing,)), Draft()).preview is None
