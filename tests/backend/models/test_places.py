"""Other programs' folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.models.places import find_places, place_of
from velatura_protocol.errors import NotFound


def test_habits_are_known(tmp_path: Path) -> None:
    home, dropped = tmp_path / "home", tmp_path / "dropped"
    assert find_places(home, dropped) == ()
    (home / "ComfyUI" / "models").mkdir(parents=True)
    (home / "Documents" / "ComfyUI" / "models").mkdir(parents=True)
    (home / ".cache" / "huggingface" / "hub").mkdir(parents=True)
    dropped.mkdir()
    assert [each.id for each in find_places(home, dropped)] == ["comfyui", "hub-cache"]
    (dropped / "a.safetensors").touch()
    places = find_places(home, dropped)
    assert places[0].path == home / "ComfyUI" / "models"
    assert place_of("dropped", places).path == dropped


def test_clients_are_not_told_the_path(tmp_path: Path) -> None:
    (tmp_path / "ComfyUI" / "models").mkdir(parents=True)
    (place,) = find_places(tmp_path, tmp_path / "none")
    assert str(tmp_path) not in repr(place.shown)


def test_no_other_place_is_gone_to(tmp_path: Path) -> None:
    for place in ("../etc", "comfyui"):
        with pytest.raises(NotFound):
            place_of(place, find_places(tmp_path, tmp_path / "none"))
