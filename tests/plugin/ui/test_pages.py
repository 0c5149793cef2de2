"""Settings, history, first run, the menu, the tools and the queue."""

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
    preview,
    started,
    variation,
    working,
)
from tests.plugin.ui.states import ALL_AROUND, CARD, CPU, STATES, WITH_LAYERS, offering, with_layer
from velatura_backend.engines.specs import FILL
from velatura_plugin.events import Link, LinkChanged
from velatura_plugin.host.base import LayerKind
from velatura_plugin.settings import Settings
from velatura_plugin.state import (
    Asked,
    CancelAsked,
    DocumentSeen,
    JobSubmitted,
    Notice,
    NoticeRaised,
    PanelState,
)
from velatura_plugin.ui.around import Around
from velatura_plugin.ui.draft import Draft
from velatura_plugin.ui.model import Action, Control, Page, Tone, ViewModel, Welcome
from velatura_plugin.ui.present import present
from velatura_plugin.ui.settings_page import SETTING_PREFIX, edited_settings
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.messages import Capabilities, ErrorInfo, VariationFailed
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Placement, SampleSource


def shown(state: PanelState, draft: Draft = Draft(), around: Around = ALL_AROUND) -> ViewModel:  # noqa: B008
    return present(state, draft, around=around)


def actions(controls: tuple[Control, ...]) -> list[Action]:
    return [each.action for each in controls]


def settings_of(settings: Settings) -> Page:
    around = replace(ALL_AROUND, settings=settings, is_settings_open=True)
    page = shown(online(), around=around).settings
    assert page is not None
    return page


# -- settings --------------------------------------------------------------------------------------


def test_every_setting_is_on_the_page_and_can_be_edited() -> None:
    page = settings_of(Settings())
    fields = [each for _, section in page.sections for each in section]
    assert {each.id.removeprefix(SETTING_PREFIX) for each in fields} == {
        "variations",
        "accept_automatically",
        "previews",
        "canvas_previews",
        "previews_per_second",
        "start_backend",
        "server_url",
        "token_file",
        "language",
    }
    for each in fields:
        assert edited_settings(Settings(), each.id, each.value) == Settings()
        assert bool(each.reason) is not each.enabled


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("variations", 5, Settings(variations=5)),
        ("variations", 500, Settings(variations=16)),
        ("accept_automatically", True, Settings(accept_automatically=True)),
        ("previews", False, Settings(previews=False)),
        ("canvas_previews", False, Settings(canvas_previews=False)),
        ("previews_per_second", 9.0, Settings(previews_per_second=4.0)),
        ("previews_per_second", 0.0, Settings(previews_per_second=0.5)),
        ("start_backend", False, Settings(start_backend=False)),
        ("server_url", " wss://here ", Settings(server_url="wss://here")),
        ("token_file", "/key", Settings(token_file="/key")),
        ("language", "de", Settings(language="de")),
        ("unheard_of", 1, Settings()),
    ],
)
def test_settings_are_edited(field: str, value: ParameterValue, wanted: Settings) -> None:
    assert edited_settings(Settings(), SETTING_PREFIX + field, value) == wanted


def test_what_has_no_effect_says_why() -> None:
    page = settings_of(Settings(previews=False, server_url="wss://x"))
    reasons = {each.id: each.reason for _, section in page.sections for each in section}
    assert reasons["setting:canvas_previews"] == "Previews are off."
    assert reasons["setting:previews_per_second"] == "Previews are off."
    assert reasons["setting:start_backend"] == "A server elsewhere is used."
    assert reasons["setting:token_file"] == ""
    here = settings_of(Settings())
    reasons = {each.id: each.reason for _, section in here.sections for each in section}
    assert reasons["setting:token_file"] == "Only for a server elsewhere."


def test_facts_for_who_helps() -> None:
    assert settings_of(Settings()).facts == (
        "Plug-in 0.1.0, protocol 1.0",
        "Engine 0.1.0",
        "Device: Processor, 8 GB of memory",
        "Data: /data",
        "Log: /data/log",
    )
    assert actions(settings_of(Settings()).actions) == [Action.CLOSE_SETTINGS]


def test_an_unknown_language_is_the_editor_s() -> None:
    page = settings_of(Settings(language="tlh"))
    (field,) = page.sections[-1][1]
    assert field.value == ""
    assert [each.label for each in field.options] == [
        "The editor's",
        "English",
        "Deutsch",
        "Français",
    ]


# -- tools and menu --------------------------------------------------------------------------------


def test_tools() -> None:
    assert actions(shown(online()).tools) == [Action.OPEN_HISTORY, Action.OPEN_SETTINGS]
    assert actions(shown(online(), around=Around()).tools) == [Action.OPEN_SETTINGS]
    opened = replace(ALL_AROUND, is_settings_open=True)
    assert shown(online(), around=opened).tools == ()
    assert shown(STATES["history"]).tools == ()


def test_previews_can_be_hidden_while_something_runs() -> None:
    running = working(accepted(), preview())
    assert shown(running).tools[0] == Control(Action.TOGGLE_PREVIEWS, "Hide previews")
    assert shown(running).preview is not None
    off = replace(ALL_AROUND, settings=Settings(previews=False))
    assert shown(running, around=off).tools[0].label == "Show previews"
    assert shown(running, around=off).preview is None


def test_the_menu_says_what_is_possible() -> None:
    state = offering(FILL)
    menu = shown(state).menu
    assert actions(menu) == [Action.REPEAT, Action.FILL_TRANSPARENT, Action.EACH_LAYER]
    assert [each.reason for each in menu] == ["Nothing has been made yet.", "", ""]
    made = replace(state, last=Asked(present_request()).request)
    assert shown(made).menu[0].enabled
    assert [each.reason for each in shown(PanelState()).menu] == ["Start the engine first."] * 2
    assert actions(shown(offering(FILL), around=Around()).menu) == [Action.FILL_TRANSPARENT]


def present_request():
    from velatura_plugin.ui.requests import request_of

    return request_of(Draft(), online())


# -- queue -----------------------------------------------------------------------------------------


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


# -- first run -------------------------------------------------------------------------------------

FRESH = replace(ALL_AROUND, settings=Settings())


def welcome(state: PanelState, around: Around = FRESH) -> Welcome:
    found = shown(state, around=around).welcome
    assert found is not None
    assert len(found.facts) == 3
    return found


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("offline", Action.START_BACKEND),
        ("not installed", Action.INSTALL),
        ("sandboxed", None),
        ("starting", None),
        ("idle", Action.CLOSE_WELCOME),
    ],
)
def test_the_first_run_has_three_facts_and_one_button(name: str, action: Action | None) -> None:
    found = welcome(STATES[name]).action
    assert (found.action if found else None) is action


def test_it_is_shown_once() -> None:
    assert shown(online()).welcome is None
    assert shown(working(), around=FRESH).welcome is None


def test_facts_are_what_is_known() -> None:
    assert welcome(online()).facts == (
        "The built-in engines need no graphics card.",
        "Nothing has to be downloaded: the built-in engines need no models.",
        "Nothing leaves this computer.",
    )
    assert welcome(online(Capabilities((CPU,)))).facts[0].startswith("No graphics card was found.")
    card = welcome(online(Capabilities((CPU, CARD)))).facts[0]
    assert card == "Graphics card: Card, 24 GB of memory."
    heavy = offering(replace(FILL, weights=True))
    assert welcome(heavy).facts[1] == "Models are installed; the built-in engines need none."
    remote = replace(FRESH, settings=Settings(server_url="wss://x"))
    assert "wss://x" in welcome(online(), remote).facts[2]


# -- history ---------------------------------------------------------------------------------------


def test_the_history_lists_what_can_be_brought_back() -> None:
    history = shown(STATES["history"]).history
    assert history is not None
    assert [(each.title, each.when) for each in history.items] == [
        ("Fill, 3 results", "1 hour ago"),
        ("Fill, 1 result", "1 hour ago"),
    ]
    assert history.empty == ""
    first, second = history.items
    assert actions(first.controls) == [Action.RESTORE, Action.FAVOURITE, Action.FORGET]
    assert [first.controls[1].label, second.controls[1].label] == [
        "Keep for good",
        "Keep no longer",
    ]
    assert history.close == Control(Action.CLOSE_HISTORY, "Back")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("history asked", "Asking the engine…"),
        ("history empty", "Nothing has been made in this document yet."),
        (
            "history broken",
            "Nothing is left outside the selection to take pixels from. Select less.",
        ),
    ],
)
def test_an_empty_history_says_why(name: str, text: str) -> None:
    history = shown(STATES[name]).history
    assert history is not None
    assert (history.items, history.empty) == ((), text)


def test_settings_go_before_the_history() -> None:
    both = shown(STATES["history"], around=replace(ALL_AROUND, is_settings_open=True))
    assert both.settings is not None
    assert both.history is None


def test_what_is_out_of_the_history_cannot_be_continued() -> None:
    (strip,) = shown(STATES["fetching"]).strips
    more = next(each for each in strip.controls if each.action is Action.MORE)
    assert not more.enabled
    assert strip.failures == "The canvas had another size then; the results lie where they lay."


# -- hints -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more", "source", "text"),
    [
        (LayerKind.PAINT, {}, SampleSource.LAYER, ""),
        (LayerKind.GROUP, {}, SampleSource.LAYER, "The group “Sky” is captured as it looks"),
        (LayerKind.GROUP, {}, SampleSource.BELOW, ""),
        (LayerKind.VECTOR, {}, SampleSource.LAYER, "The vector layer “Sky” is captured"),
        (LayerKind.FILL, {}, SampleSource.LAYER, "The fill layer “Sky” is captured"),
        (LayerKind.FILTER, {}, SampleSource.LAYER, "The filter layer “Sky” has no pixels"),
        (LayerKind.MASK, {}, SampleSource.LAYER, "“Sky” is a mask"),
        (LayerKind.PAINT, {"is_visible": False}, SampleSource.LAYER, "“Sky” is hidden; it is"),
        (LayerKind.PAINT, {"is_visible": False}, SampleSource.BELOW, "“Sky” is hidden and will"),
        (LayerKind.PAINT, {"is_visible": False}, SampleSource.VISIBLE, ""),
        (LayerKind.PAINT, {"is_locked": True}, SampleSource.BELOW, "“Sky” is locked and stays"),
    ],
)
def test_surprising_layers_are_named(kind, more, source, text) -> None:
    draft = Draft(task="restyle", sources={"restyle": source})
    first, _, second = shown(with_layer(kind, **more), draft).hint.partition("\n")
    assert first == "Whole picture: 40 × 30 pixels"
    assert second.startswith(text)
    assert bool(second) is bool(text)


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        (Draft(task="extend"), ""),
        (Draft(task="extend", sides=Margins(left=60)), "The canvas becomes 100 × 30 pixels."),
        (Draft(task="upscale", scale=3.0), "The result has 120 × 90 pixels."),
        (
            Draft(task="upscale", places={"upscale": Placement.ABOVE}),
            "Selection: 4 × 4 pixels",
        ),
        (Draft(task="tile"), "Whole picture: 40 × 30 pixels"),
        (Draft(), "Selection: 4 × 4 pixels"),
    ],
)
def test_sizes_are_told(draft: Draft, text: str) -> None:
    assert shown(online(), draft).hint == text


def test_large_sizes_are_grouped() -> None:
    state = online(DocumentSeen(replace(WITH_LAYERS, size=Size(12000, 800))))
    assert shown(state, Draft(task="tile")).hint == "Whole picture: 12\u202f000 × 800 pixels"


def test_retouch_mode_says_what_to_do() -> None:
    assert shown(STATES["retouch"]).hint == "Retouch mode: select what is to go."
    assert shown(STATES["retouching"]).hint == "Retouch mode: 2 selections wait."


# -- notices ---------------------------------------------------------------------------------------


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
