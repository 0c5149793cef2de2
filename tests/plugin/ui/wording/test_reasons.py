from __future__ import annotations

import pytest

from velatura_plugin.i18n import Translations, load_translations
from velatura_plugin.ui.wording.reasons import reason_text

PHRASES = [
    "ended with exit code 1",
    "ended by signal 9",
    "not started",
    "not installed",
    "not connected",
    "start was stopped",
    "took too long to start",
    "connection lost",
    "no answer",
    "internal error",
]


@pytest.mark.parametrize("phrase", PHRASES)
def test_english_says_it_as_it_is(phrase: str) -> None:
    assert reason_text(phrase, Translations()) == phrase


@pytest.mark.parametrize("phrase", [*PHRASES, "status 500", "closed 1011", "refused", "no token"])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_phrase_is_translated(phrase: str, language: str) -> None:
    words = load_translations(language)
    text = reason_text(phrase, words)
    assert text != phrase
    digits = "".join(each for each in phrase if each.isdigit())
    assert digits in text


def test_what_the_system_says_is_kept() -> None:
    text = reason_text("cannot be started, No such file", load_translations("de"))
    assert text == "kann nicht gestartet werden: No such file"


def test_what_nobody_knows_is_shown_as_it_is() -> None:
    assert reason_text("eaten by a goat", load_translations("de")) == "eaten by a goat"
