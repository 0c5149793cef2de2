"""A checkout of nothing, in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from installer.locations import Checkout, this_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """The files that decide what is installed, and no environment."""
    real, root = this_checkout(), tmp_path / "checkout"
    Checkout(root).kernels.mkdir(parents=True)
    (Checkout(root).kernels / "fill.py").write_text("x = 1\n")
    shutil.copy(real.root / "pyproject.toml", root)
    shutil.copytree(real.requirements, root / "installer" / "requirements")
    return Checkout(root)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder and a cache folder that are not the user's."""
    folder = tmp_path / "data"
    monkeypatch.setenv("VELATURA_DATA_DIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder
