"""The settings, and what is told to who helps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    online,
)
from tests.plugin.ui.showing import actions, shown
from tests.plugin.ui.states import ALL_AROUND
from velatura_plugin.settings import Settings
from velatura_plugin.ui.model import Action, Page
from velatura_plugin.ui.pages.settings import SETTING_PREFIX, edited_settings
from velatura_protocol.parameters import ParameterValue


def settings_of(settings: Settings) -> Page:
    around = replace(ALL_AROUND, settings=settings, is_settings_open=True)
    page = shown(online(), around=around).settings
    assert page is not None
    return page


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
        "ca_file",
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
        ("ca_file", " /ca.pem", Settings(ca_file="/ca.pem")),
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
