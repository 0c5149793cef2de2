from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from installer import locations
from velatura_backend.config import default_data_directory


def test_the_data_folder_is_the_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    for chosen in ("", "/tmp/elsewhere", "~/elsewhere"):
        monkeypatch.setenv("VELATURA_DATA_DIR", chosen)
        assert locations.data_folder() == default_data_directory(os.environ)


def test_xdg_does_not_move_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VELATURA_DATA_DIR", raising=False)
    before = locations.data_folder()
    monkeypatch.setenv("XDG_DATA_HOME", "/tmp/elsewhere")
    assert locations.data_folder() == before


@pytest.mark.parametrize("chosen", ["", "/tmp/elsewhere"])
def test_the_cache_folder_is_the_workers(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", chosen)
    assert locations.cache_folder() == platformdirs.user_cache_path("velatura", appauthor=False)


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_each_system_has_its_folders(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.delenv("VELATURA_DATA_DIR", raising=False)
    expected = default_data_directory({"LOCALAPPDATA": "/local"}, platform=system)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert locations.data_folder() == expected
    assert "velatura" in str(locations.cache_folder())


def test_a_program_is_inside_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = locations.Checkout(Path("/somewhere"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert checkout.program("ruff") == Path("/somewhere/.venv/bin/ruff")
    monkeypatch.setattr(sys, "platform", "win32")
    assert checkout.program("ruff") == Path("/somewhere/.venv/Scripts/ruff.exe")


def test_this_checkout_is_the_repository() -> None:
    assert (locations.this_checkout().root / "pyproject.toml").exists()
