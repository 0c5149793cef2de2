from __future__ import annotations

from tests.plugin.events import after
from tests.plugin.ui.showing import shown
from tests.plugin.ui.states import STATES
from velatura_plugin.client.events import Link, LinkChanged
from velatura_plugin.i18n import Translations
from velatura_plugin.ui.model import Tone
from velatura_plugin.ui.status import status_line
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo

KILLED = ErrorInfo(ErrorCode.BACKEND_UNAVAILABLE, {"reason": "ended by signal 9"})


def test_a_backend_that_died_is_told_apart_from_a_lost_link() -> None:
    again = LinkChanged(Link.STARTING, error=KILLED, detail="last words")
    line = status_line(after(again), Translations())
    assert line.sentence == "The engine stopped (ended by signal 9). Starting it again…"
    assert (line.tone, line.detail) == (Tone.BUSY, "last words")


def test_the_facts_are_behind_the_word_while_all_is_well() -> None:
    detail = shown(STATES["idle"]).status.detail
    assert detail.startswith("Plug-in ")
    assert "Data: " in detail


def test_what_failed_is_marked_by_more_than_a_colour() -> None:
    line = status_line(after(LinkChanged(Link.OFFLINE, error=KILLED)), Translations())
    assert (line.word, line.tone) == ("Off", Tone.ERROR)
