from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_backend.models.store import ModelStore
from velatura_cli.installed import installed_engines


def test_engines_of_the_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("diffusers")
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path))
    assert installed_engines().of_models() == ()
    ModelStore(tmp_path / "models").add(
        InstalledModel(
            "mine", "Mine", ModelKind.CHECKPOINT, Family.SD15, tmp_path, ModelForm.FOLDER,
            in_place=True,
        )
    )  # fmt: skip
    assert [spec.id for spec in installed_engines().of_models()] == ["mine"]
