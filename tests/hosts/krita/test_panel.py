"""The docker, clicked through: real Krita, real backend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hosts.krita.editor import Editor
from tests.hosts.krita.errand import errands

WALK_SECONDS = 240

Notes = Mapping[str, dict[str, object]]


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 60)
def test_every_state_is_reached_by_clicks_and_keys(krita: Editor, shared: Path) -> None:
    with errands(shared / "walk", start_backend=False) as backend:
        outcome = krita.drive(
            "tests.hosts.krita.inside.panel",
            backend.environment(shared),
            path=krita.paths(),
            seconds=WALK_SECONDS,
        )
    notes: Notes = outcome.notes  # type: ignore[assignment]
    _check_beginnings(notes)
    _check_work(notes)
    _check_choosing(notes)
    _check_troubles(notes)
    log = backend.data / "krita-plugin.log"
    assert log.read_text().count("Traceback") == 1, "but for the bug that was made on purpose"


def _check_beginnings(notes: Notes) -> None:
    assert notes["offline"] == {"enabled": False, "reason": "Start the engine first."}
    assert notes["starting"] == {"stop": True, "reason": "The engine is still starting."}
    assert notes["unselected"] == {"enabled": False, "reason": "Select something first."}
    idle = notes["idle"]
    assert idle["label"] == "Remove selection"
    assert "150 × 495" in str(idle["hint"])
    assert not idle["stop"]


def _check_work(notes: Notes) -> None:
    running = notes["running"]
    assert running["stop"]
    assert running["enabled"], "Generate queues, it never waits"
    assert (running["jobs"], running["queue"]) == (3, 3)
    assert "2 waiting" in str(running["words"])
    assert notes["stopped"]["stop"] is False


def _check_choosing(notes: Notes) -> None:
    staging = notes["staging"]
    assert staging["positions"] == ["1 of 3", "2 of 3", "3 of 3"]
    assert (staging["compared"], staging["comparing"]) == (True, False)
    assert _tops(staging)[1].startswith("[Preview]")
    accepted = notes["accepted"]
    assert len(_tops(accepted)) == 2
    assert not _tops(accepted)[1].startswith("[Preview]")
    assert (accepted["strip"], accepted["word"]) == (False, "Ready")
    assert notes["undone"]["layers"] == ["Background"]
    assert notes["discarded"] == {"asked": True, "layers": ["Background"], "jobs": 0}


def _check_troubles(notes: Notes) -> None:
    assert notes["pages"] == {"settings": True, "history": True}
    error = notes["error"]
    assert "Nothing is left outside the selection" in str(error["text"])
    assert (error["gone"], error["word"]) == (True, "Ready")
    bug = notes["bug"]
    assert "ZeroDivisionError" in str(bug["text"])
    assert not bug["modal"]
    keys = notes["keys"]
    assert keys["seed"] == "7", "letters are no seed"
    assert keys["focus"], "Escape leads back to the canvas"
    assert keys["layers"] == 2, "Delete in a field clears no layer: background and selection"
    assert "3 variations ready." in _texts(notes["hidden"], "told")
    assert len(_tops(notes["hidden"])) == 2
    assert notes["shown"] == {"visible": True, "word": "Ready"}
    lost = notes["lost"]
    assert not lost["enabled"]
    assert lost["reason"]
    assert notes["back"] == {"word": "Ready", "status": ["failed"]}
    assert notes["windows"] == {"dockers": 1}
    assert notes["closed"] == {"jobs": 0}


def _tops(seen: dict[str, object]) -> list[str]:
    return _texts(seen, "layers")


def _texts(seen: dict[str, object], name: str) -> list[str]:
    found = seen[name]
    assert isinstance(found, list)
    return [str(each) for each in found]


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 60)
def test_styles_and_sets_are_chosen_and_nothing_is_lost(krita: Editor, shared: Path) -> None:
    with errands(shared / "choosing", start_backend=False) as backend:
        outcome = krita.drive(
            "tests.hosts.krita.inside.choosing",
            backend.environment(shared),
            path=krita.paths(),
            seconds=WALK_SECONDS,
        )
    notes: Notes = outcome.notes  # type: ignore[assignment]
    gallery = notes["gallery"]
    assert gallery["count"] == gallery["pictured"]
    assert int(str(gallery["count"])) >= 6
    assert int(str(gallery["columns"])) >= 3
    assert gallery["rows"] == [2, 3]
    assert notes["several"] == {
        "open": [[False, True], [True, False]],
        "heads": [True, True],
    }
    missed = notes["missed"]
    assert missed["told"] == [
        "3 results discarded. They stay in the history.",
        "“photo.png” was closed with 3 results not accepted. They stay in the history.",
    ]
    assert (missed["listed"], missed["gone"]) == (3, False)


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 60)
def test_blemishes_are_retouched_one_after_another(krita: Editor, shared: Path) -> None:
    with errands(shared / "retouching") as backend:
        outcome = krita.drive(
            "tests.hosts.krita.inside.retouching",
            backend.environment(shared),
            path=krita.paths(),
            seconds=WALK_SECONDS,
        )
    assert outcome.notes["on"] == {"action": True}
    assert outcome.notes["retouched"] == {
        "layers": 3,
        "jobs": 0,
        "selected": False,
        "tops": ["Background", "Retouch"],
    }
