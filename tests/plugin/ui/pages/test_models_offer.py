"""The offer of a model, until it is taken or waved away."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.events import online
from tests.plugin.ui.showing import actions, shown
from tests.plugin.ui.states import COMING, MODELS, STATES, models
from velatura_plugin.state.models import ModelsChanged
from velatura_plugin.state.reducer import reduce
from velatura_plugin.state.state import (
    Notice,
    NoticeDismissed,
    NoticeRaised,
    PutAway,
    ResultsPutAway,
)
from velatura_plugin.ui.model import Action, Control, Tone
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo


def test_who_has_no_words_is_offered_some() -> None:
    notice = shown(STATES["models offered"]).notice
    assert notice is not None
    assert notice.tone is Tone.QUIET
    assert notice.text == (
        "With a model Velatura also paints what you describe. The one to begin with: Stable "
        "Diffusion 1.5."
    )
    assert notice.actions[0] == Control(Action.OPEN_MODELS, "Get prompts (2.1 GB)")


def test_how_far_it_is_is_seen_outside_of_the_page() -> None:
    notice = shown(STATES["a model coming"]).notice
    assert notice is not None
    assert notice.text == "Stable Diffusion 1.5: 1 GB of 2.1 GB"
    assert actions(notice.actions) == [Action.OPEN_MODELS, Action.DISMISS]


def test_the_offer_is_waved_away() -> None:
    state = reduce(STATES["models offered"], NoticeDismissed())
    assert shown(state).notice is None
    assert shown(STATES["models put off"]).notice is None
    coming = reduce(state, ModelsChanged(state.models.with_work(COMING)))
    assert shown(coming).notice is None


def test_waving_something_else_away_keeps_the_offer() -> None:
    for event in (
        NoticeRaised(Notice(ErrorInfo(ErrorCode.NO_SOURCE))),
        ResultsPutAway(PutAway("one", 1)),
    ):
        state = reduce(reduce(STATES["models offered"], event), NoticeDismissed())
        notice = shown(state).notice
        assert notice is not None
        assert notice.actions[0].action is Action.OPEN_MODELS


def test_nothing_is_offered_to_who_has_words_or_cannot_have_them() -> None:
    has_words = reduce(online(), ModelsChanged(MODELS))
    nothing = models(replace(MODELS, offered=()))
    unknown = models(replace(MODELS, is_known=False))
    for state in (has_words, nothing, unknown, STATES["models"]):
        assert shown(state).notice is None


def test_who_asks_for_words_is_led_to_them() -> None:
    for error in (
        ErrorInfo(ErrorCode.UNSUPPORTED, {"what": "prompt"}),
        ErrorInfo(ErrorCode.NO_MODEL, {"name": "X", "bytes": 5}),
    ):
        notice = shown(reduce(models(MODELS), NoticeRaised(Notice(error)))).notice
        assert notice is not None
        assert notice.actions[0] == Control(Action.OPEN_MODELS, "Get a model")
