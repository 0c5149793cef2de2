from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.config import Config
from velatura_backend.engines.registry import specs
from velatura_cli.arguments import parse_arguments
from velatura_cli.serving import config_from


def config(line: str) -> Config:
    return config_from(parse_arguments(["serve", *line.split()], specs()))


def test_a_backend_leaves_when_nobody_needs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path))
    assert config("") == Config(tmp_path)
    assert config("--stay").grace_seconds is None
    assert config("--model-memory 6000").model_memory == 6_000_000_000


def test_what_a_launcher_asks_for(tmp_path: Path) -> None:
    asked = config(f"--port 80 --data-dir {tmp_path} --with-parent --grace 5")
    assert asked == Config(tmp_path, port=80, grace_seconds=5.0, with_parent=True)
