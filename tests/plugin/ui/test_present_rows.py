"""One row of the panel's state table after another."""

from __future__ import annotations

import gettext
from dataclasses import replace

import pytest

from tests.plugin.events import (
    DOCUMENT,
    accepted,
    after,
    failed,
    finished,
    online,
    progress,
    started,
    variation,
    working,
)
from tests.plugin.ui.presenting import CRASHED, DRAFT, INSTALL_FIRST, SANDBOXED, UNSELECTED, model
from velatura_plugin.client.events import Link, LinkChanged
from velatura_plugin.state.state import CancelAsked, DocumentSeen, PanelState
from velatura_plugin.ui.model import Action, Control
from velatura_plugin.ui.present import present
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo

ROWS = [
    # row, state, status word, status sentence, generate's reason, progress, announcement
    ("offline", PanelState(), "Off", "Not running.", "Start the engine first.", None, ""),
    (
        "not installed",
        after(LinkChanged(Link.OFFLINE, error=INSTALL_FIRST)),
        "Off",
        "Not installed on this computer.",
        "Start the engine first.",
        None,
        "",
    ),
    (
        "in a sandbox",
        after(LinkChanged(Link.OFFLINE, error=SANDBOXED, detail="velatura serve --stay")),
        "Off",
        "This editor runs in a sandbox and cannot start the engine. Run in a terminal:",
        "Start the engine first.",
        None,
        "",
    ),
    (
        "crashed",
        after(LinkChanged(Link.OFFLINE, error=CRASHED)),
        "Off",
        "The engine is not running (ended by signal 9). Start it.",
        "Start the engine first.",
        None,
        "",
    ),
    (
        "starting",
        after(LinkChanged(Link.STARTING, waited=1)),
        "Starting",
        "Starting…",
        "The engine is still starting.",
        None,
        "Starting.",
    ),
    (
        "starting for long",
        after(LinkChanged(Link.STARTING, waited=20)),
        "Starting",
        "Still starting. The first start prepares the engines.",
        "The engine is still starting.",
        None,
        "Starting.",
    ),
    ("idle", online(), "Ready", "", "", None, ""),
    ("sending", working(), "Waiting", "", "", "Sending…", "Sending."),
    ("queued", working(accepted(ahead=1)), "Waiting", "", "", "1 ahead of you", "Waiting."),
    ("next", working(accepted()), "Waiting", "", "", "Next in line", "Waiting."),
    (
        "loading",
        working(accepted(), started()),
        "Loading",
        "",
        "",
        "Loading Inverter, once per session",
        "Loading.",
    ),
    (
        "running",
        working(accepted(), started(), progress(fraction=0.4, step=2, steps=9, eta=30.0)),
        "Working",
        "",
        "",
        "Variation 1 of 3: Step 2 of 9",
        "Working.",
    ),
    (
        "running, time known",
        working(accepted(), started(), progress(fraction=0.4, step=3, steps=9, eta=30.2)),
        "Working",
        "",
        "",
        "Variation 1 of 3: Step 3 of 9, 30 s left",
        "Working.",
    ),
    (
        "stopping",
        working(accepted(), started(), progress(), CancelAsked("job")),
        "Working",
        "",
        "",
        "Stopping…",
        "Working.",
    ),
    (
        "link lost mid-job",
        working(accepted(), LinkChanged(Link.RECONNECTING, retry_in=3)),
        "Reconnecting",
        "Connection lost; the job may still be running. Reconnecting in 3 s.",
        "The connection is being restored.",
        "Next in line",
        "Connection lost, reconnecting.",
    ),
    (
        "link lost",
        online(LinkChanged(Link.RECONNECTING, retry_in=1)),
        "Reconnecting",
        "Connection lost. Reconnecting in 1 s.",
        "The connection is being restored.",
        None,
        "Connection lost, reconnecting.",
    ),
    (
        "staging",
        working(accepted(), variation(), variation(5, 1), finished()),
        "Choose",
        "",
        "",
        None,
        "2 variations ready.",
    ),
    (
        "error",
        working(accepted(), failed()),
        "Ready",
        "",
        "",
        None,
        "Nothing is left outside the selection to take pixels from. Select less.",
    ),
    (
        "no document",
        online(DocumentSeen(None)),
        "Ready",
        "",
        "Open a picture first.",
        None,
        "",
    ),
    (
        "a document that cannot be served",
        online(
            DocumentSeen(
                replace(DOCUMENT, problem=ErrorInfo(ErrorCode.UNSUPPORTED, {"what": "CMYK"}))
            )
        ),
        "Ready",
        "",
        "No engine here can do this: CMYK.",
        None,
        "",
    ),
    (
        "nothing selected",
        online(DocumentSeen(UNSELECTED)),
        "Ready",
        "",
        "Select something first.",
        None,
        "",
    ),
]


@pytest.mark.parametrize(
    ("state", "word", "sentence", "reason", "progress_text", "announcement"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_rows(
    state: PanelState,
    word: str,
    sentence: str,
    reason: str,
    progress_text: str | None,
    announcement: str,
) -> None:
    shown = model(state)
    assert (shown.status.word, shown.status.sentence) == (word, sentence)
    assert shown.generate == Control(Action.GENERATE, "Fill selection", not reason, reason)
    assert (shown.progress.text if shown.progress else None) == progress_text
    assert shown.announcement == announcement


class Pseudo(gettext.NullTranslations):
    """Every sentence marked: what is not marked did not go through the catalogue."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.mark.parametrize("state", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])
def test_every_word_is_translated(state: PanelState) -> None:
    shown = present(state, DRAFT, Pseudo())
    texts = [shown.status.word, shown.status.sentence, shown.generate.label, shown.generate.reason]
    texts += [shown.hint, shown.announcement]
    texts += [shown.progress.text] if shown.progress else []
    texts += [shown.notice.text] if shown.notice else []
    for strip in shown.strips:
        texts += [strip.position, *(each.label for each in strip.controls)]
        texts += [each.name for each in strip.thumbnails]
    for text in filter(None, texts):
        assert text.startswith("⟦"), text
        assert text.endswith("⟧"), text
