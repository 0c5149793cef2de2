"""The panel in the real GIMP, clicked through: one process, previews, staging, commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.counts import HOST
from tests.hosts.gimp.panels import GimpPanels, panels
from tests.hosts.krita.errand import errands
from tests.hosts.root.build import Root
from tests.hosts.root.recipes import Recipe

WALK_SECONDS = 400.0
WALK = "tests.hosts.gimp.inside.walk"
RESULTS = "tests.hosts.gimp.inside.results"
MISHAPS = "tests.hosts.gimp.inside.mishaps"


@pytest.fixture(scope="session")
def opened_panels(
    gimp_recipe: Recipe, open_root: Callable[[Recipe], Root], shared: Path
) -> Iterator[GimpPanels]:
    """One display and one profile for all walks."""
    with panels(open_root(gimp_recipe), shared, shared / f"panels-{gimp_recipe.name}") as found:
        yield found


@pytest.fixture
def gimp_panels(
    opened_panels: GimpPanels, record_property: Callable[[str, object], None]
) -> GimpPanels:
    record_property(HOST, f"gimp {opened_panels.version}")
    return opened_panels


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 60)
def test_everything_is_reached_by_clicks_and_keys(
    gimp_panels: GimpPanels, shared: Path, tmp_path: Path
) -> None:
    with errands(shared / "panel-walk", start_backend=False) as backend:
        environment = {**backend.environment(tmp_path), "VELATURA_DRIVE_SCALE": "2"}
        notes = gimp_panels.walk(WALK, environment, tmp_path, WALK_SECONDS)
        log = (backend.data / "gimp-plugin.log").read_text()
    _check_beginnings(notes)
    _check_prompt(notes)
    _check_removal(notes)
    _check_commands(notes)
    assert "Traceback" not in log


def _check_beginnings(notes: dict[str, Any]) -> None:
    assert notes["offline"] == {"enabled": False, "reason": "Start the engine first."}
    assert notes["starting"] == {"reason": "The engine is still starting."}
    assert notes["unselected"] == {"enabled": False, "reason": "Select something first."}
    assert notes["idle"] == {
        "title": "photo.xcf – Velatura",
        "label": "Remove selection",
        "chooser": False,
    }


def _check_prompt(notes: dict[str, Any]) -> None:
    previewing = notes["previewing"]
    assert previewing["stop"]
    assert previewing["layers"] == ["Background"], "previews stay in the panel"
    assert previewing["prompt"] == "red velvet"
    staged = notes["staged"]
    assert staged["positions"] == ["1 of 3", "2 of 3", "3 of 3"]
    assert staged["layers"][1].startswith("[Preview] ")
    accepted = notes["accepted"]
    assert accepted["changed"]
    assert len(accepted["layers"]) == 2
    assert accepted["layers"][1].startswith("red velvet (")
    assert notes["undone"] == {"same": True, "tree": True}


def _check_removal(notes: dict[str, Any]) -> None:
    assert notes["compared"]["staged"]
    removed = notes["removed"]
    assert removed["word"] == "Ready"
    assert len(removed["layers"]) == 2
    assert not removed["layers"][1].startswith("[Preview]")
    assert notes["removal_undone"] == {"same": True}


def _check_commands(notes: dict[str, Any]) -> None:
    handed = notes["handed"]
    assert handed["jobs"] == 1
    assert handed["layers"][1].startswith("[Preview] ")
    assert notes["dropped"] == {"layers": ["Background"]}
    assert notes["once"] == {"windows": 1}
    assert notes["pages"] == {"settings": True, "history": True, "models": True, "canvas": False}
    assert notes["retouched"]["tops"] == ["Retouch", "Background"]
    assert notes["extend"]["task"] == "extend"
    assert "how far" in notes["extend"]["notice"]
    assert notes["end"] == {"jobs": 0, "complaints": 0}


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 60)
def test_it_lives_through_what_happens(
    gimp_panels: GimpPanels, shared: Path, tmp_path: Path
) -> None:
    with errands(shared / "panel-mishaps") as backend:
        (backend.orders / "start").touch()
        environment = backend.environment(tmp_path)
        notes = gimp_panels.walk(MISHAPS, environment, tmp_path, WALK_SECONDS)
        log = (backend.data / "gimp-plugin.log").read_text()
    _check_pictures(notes)
    _check_documents(notes)
    _check_processes(notes)
    assert "Traceback" not in log


def _check_pictures(notes: dict[str, Any]) -> None:
    titles = [each.partition(" ")[0] for each in notes["pictures"]["titles"]]
    assert titles == ["other.xcf", "photo.xcf", "photo.xcf"]
    assert notes["closed"] == {"jobs": 0, "word": "Ready", "layers": ["Background"]}


def _check_documents(notes: dict[str, Any]) -> None:
    deleted = notes["layer_deleted"]
    assert len(deleted["staged"]) == len(deleted["accepted"]) == 2
    assert not any(each.startswith("[Preview]") for each in deleted["accepted"])
    undone = notes["undone"]
    assert len(undone["shown"]) == 3
    assert len(undone["staged"]) == undone["accepted"] == 2
    assert undone["same"]
    staged = notes["staged_deleted"]
    assert staged["gone"] == ["Background"]
    assert len(staged["accepted"]) == 2


def _check_processes(notes: dict[str, Any]) -> None:
    assert notes["lost"]["word"] in ("Reconnecting", "Off", "Starting")
    assert not notes["lost"]["enabled"]
    recovered = notes["recovered"]
    assert recovered["status"] == ["failed"]
    assert recovered["word"] == "Choose"
    assert notes["killed"]["layers"][1].startswith("[Preview] ")
    assert notes["reopened"] == {"layers": ["Background"], "staged": 2, "word": "Choose"}


@pytest.mark.host
@pytest.mark.timeout(WALK_SECONDS + 60)
def test_results_go_where_they_are_sent(
    gimp_panels: GimpPanels, shared: Path, tmp_path: Path
) -> None:
    with errands(shared / "panel-results") as backend:
        (backend.orders / "start").touch()
        notes = gimp_panels.walk(RESULTS, backend.environment(tmp_path), tmp_path, WALK_SECONDS)
        log = (backend.data / "gimp-plugin.log").read_text()
    assert notes["flooded"] == {"taken": 100}
    assert notes["interrupted"] == {"met": True}
    bright = {name: seen for name, seen in notes.items() if name.startswith("bright ")}
    assert len(bright) == 4
    for name, seen in bright.items():
        assert abs(seen["preview"] - seen["result"]) <= 2, (name, seen)
    assert notes["several"] == {"tops": ["Fill", "Background"], "inside": [True, False, False]}
    assert notes["repeated"] == {"intent": "fill", "variations": 3}
    assert notes["each"]["jobs"] == 2
    assert len(notes["each"]["layers"]) == 4
    assert notes["transparent"] == {"corner": [0, 0], "layers": 2}
    assert notes["extended"] == {"before": [96, 80], "after": [142, 80]}
    assert notes["shrunk"] == {"layers": ["Background"]}
    assert notes["new"] == {"size": [192, 160], "front": True}
    assert notes["resized"] == {"size": [192, 160]}
    assert "Traceback" not in log
