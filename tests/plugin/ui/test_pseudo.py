"""Every word goes through the catalogue: none of English is left in the pseudo-language."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.plugin.events import after, online
from tests.plugin.ui.states import ALL_AROUND, CARD, CPU, DRAFTS, STATES
from tests.plugin.ui.texts import texts_of
from velatura_plugin.i18n import PSEUDO, load_translations
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import PanelState
from velatura_plugin.ui.around import Around
from velatura_plugin.ui.commands import commands
from velatura_plugin.ui.form.draft import Draft
from velatura_plugin.ui.model import ViewModel
from velatura_plugin.ui.present import present
from velatura_protocol.messages import Capabilities

WORDS = load_translations(PSEUDO)
DATA = (
    r"English|Deutsch|Français|wss://|Sky|People|Face|Levels|Hole|cat\.kra|red velvet|CMYK"
    r"|Processor|Card|/data(/log)?|exclude|style"
    r"|Untold|Depths|Several"
    r"|Stable Diffusion|FLUX\.2 klein|An encoder|A VAE|Old|ComfyUI|CreativeML OpenRAIL-M|Apache"
    r"|https://[\w./]+|python3 installer install --with diffusion"
)
"""Names of layers, files, machines, models and licences, and languages by their own names."""


def check(shown: ViewModel) -> None:
    for where, text in texts_of(shown):
        left = re.findall(r"[A-Za-z]{2,}", re.sub(DATA, "", text))
        assert not left, f"{where}: {text}"


def test_english_is_found() -> None:
    with pytest.raises(AssertionError):
        check(present(STATES["idle"], Draft()))


@pytest.mark.parametrize("name", STATES)
def test_of_states(name: str) -> None:
    check(present(STATES[name], Draft(task="restyle"), WORDS, ALL_AROUND))
    check(present(STATES[name], Draft(), WORDS, Around()))


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("state", ["idle", "without layers", "engines", "built-in"])
def test_of_tasks(name: str, state: str) -> None:
    check(present(STATES[state], DRAFTS[name], WORDS, ALL_AROUND))


@pytest.mark.parametrize("devices", [(), (CPU,), (CPU, CARD)])
@pytest.mark.parametrize("server", ["", "wss://"])
def test_of_pages(devices: tuple, server: str) -> None:
    settings = Settings(server_url=server, previews=not server)
    around = replace(ALL_AROUND, settings=settings, is_settings_open=True)
    shown = present(online(Capabilities(devices)), Draft(), WORDS, around)
    assert shown.settings is not None
    assert shown.welcome is not None
    check(shown)
    check(present(after(Capabilities(devices)), Draft(), WORDS, around))


def test_of_commands() -> None:
    for command in commands(WORDS):
        assert not re.findall(r"[A-Za-z]{2,}", command.title)


def test_it_takes_more_room() -> None:
    plain = [text for _, text in texts_of(present(PanelState(), Draft()))]
    longer = [text for _, text in texts_of(present(PanelState(), Draft(), WORDS))]
    assert sum(map(len, longer)) > 1.4 * sum(map(len, plain))
