"""The menu beside the button, and the tools at the panel's head."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.events import (
    accepted,
    online,
    preview,
    working,
)
from tests.plugin.ui.showing import actions, shown
from tests.plugin.ui.states import ALL_AROUND, STATES, offering
from velatura_backend.engines.specs import FILL
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import Asked, PanelState
from velatura_plugin.ui.around import Around
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.model import Action, Control


def test_tools() -> None:
    assert actions(shown(online()).tools) == [
        Action.OPEN_HISTORY,
        Action.OPEN_MODELS,
        Action.OPEN_SETTINGS,
    ]
    assert actions(shown(online(), around=Around()).tools) == [Action.OPEN_SETTINGS]
    opened = replace(ALL_AROUND, is_settings_open=True)
    assert shown(online(), around=opened).tools == ()
    assert shown(STATES["history"]).tools == ()
    assert shown(STATES["models"]).tools == ()


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
    from velatura_plugin.ui.form.requests import request_of

    return request_of(Draft(), online())
