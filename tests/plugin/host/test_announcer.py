from __future__ import annotations

import pytest

from tests.plugin.events import DOCUMENT, FAILURE, finished, online, variation, working
from velatura_plugin.host.announcer import Announcer
from velatura_plugin.i18n import Translations, load_translations
from velatura_plugin.state.state import Notice, NoticeRaised, PutAway, ResultsPutAway


class Editor:
    def __init__(self) -> None:
        self.told: list[str] = []
        self.is_visible = False
        self.translations = Translations()
        self.announcer = Announcer(
            self.told.append, lambda: self.translations, lambda: self.is_visible
        )


@pytest.fixture
def editor() -> Editor:
    return Editor()


def test_an_error_is_told_once(editor: Editor) -> None:
    state = online(NoticeRaised(Notice(FAILURE)))
    for each in (online(), state, state):
        editor.announcer.follow(each)
    (text,) = editor.told
    assert "Nothing is left outside the selection" in text


def test_it_speaks_the_language_that_was_chosen_meanwhile(editor: Editor) -> None:
    editor.translations = load_translations("de")
    editor.announcer.follow(online(ResultsPutAway(PutAway(DOCUMENT.id, 2))))
    (text,) = editor.told
    assert "Ergebnisse" in text


def test_nothing_is_told_while_a_panel_is_seen_nor_later(editor: Editor) -> None:
    state = online(NoticeRaised(Notice(FAILURE)))
    editor.is_visible = True
    editor.announcer.follow(state)
    editor.is_visible = False
    editor.announcer.follow(state)
    assert editor.told == []


def test_it_says_that_there_is_something_to_choose_from(editor: Editor) -> None:
    editor.announcer.follow(working(variation()))
    assert editor.told == [], "not before the job has ended"
    editor.announcer.follow(working(variation(), finished()))
    (text,) = editor.told
    assert "ready" in text


def test_it_says_where_results_are_that_nobody_accepted(editor: Editor) -> None:
    editor.announcer.follow(online(ResultsPutAway(PutAway(DOCUMENT.id, 2))))
    assert editor.told == ["2 results discarded. They stay in the history."]
