"""The first run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    online,
    working,
)
from tests.plugin.ui.showing import shown
from tests.plugin.ui.states import ALL_AROUND, CARD, CPU, STATES, offering
from velatura_backend.engines.specs import FILL
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.around import Around
from velatura_plugin.ui.model import Action, Welcome
from velatura_protocol.messages import Capabilities
from velatura_protocol.tasks import Operation

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
    asked = replace(online(), last=GenerateRequest(Operation.FILL))
    assert shown(asked, around=FRESH).welcome is None, "accepted, and no job is left of it"


def test_facts_are_what_is_known() -> None:
    assert welcome(online()).facts == (
        "The built-in engines need no graphics card.",
        "Nothing has to be downloaded: the built-in engines need no models.",
        "Nothing leaves this computer.",
    )
    assert welcome(online(Capabilities((CPU,)))).facts[0] == (
        "The engine works on the processor, Processor; no graphics card is needed."
    )
    card = welcome(online(Capabilities((CPU, CARD)))).facts[0]
    assert card == "Graphics card: Card, 24 GB of memory."
    heavy = offering(replace(FILL, weights=True))
    assert welcome(heavy).facts[1] == "Models are installed; the built-in engines need none."
    remote = replace(FRESH, settings=Settings(server_url="wss://x"))
    assert "wss://x" in welcome(online(), remote).facts[2]
