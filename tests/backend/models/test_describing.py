"""What a control network was made for: said by the user, kept in its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.model_manifests import CONTROL, VAE
from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.engines.diffusion.adapters.control.kinds import kinds_of
from velatura_backend.models.describing import (
    control_choices,
    control_of,
    describe_control,
    is_untold,
)
from velatura_backend.models.importing import ImportWishes, import_models
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import BadTask, NotFound

DEPTH = ImportWishes(control="depth")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "data" / "models")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "control_scribble.safetensors"
    path.write_bytes(safetensors_bytes(CONTROL))
    return path


def test_a_files_name_says_nothing(store: ModelStore, network: Path) -> None:
    (model,) = import_models(store, network).models
    assert is_untold(model)
    assert kinds_of(model) == ("custom",)


def test_it_is_said_with_the_import(store: ModelStore, network: Path) -> None:
    (model,) = import_models(store, network, DEPTH).models
    assert control_of(model) == "depth"
    assert kinds_of(ModelStore(store.directory).get(model.id)) == ("depth",)


def test_every_kind_of_control_can_be_said(store: ModelStore, network: Path) -> None:
    said = [each.id for each in control_choices()]
    assert {"scribble", "depth", "pose", "segmentation"} <= set(said)
    for each in said:
        (model,) = import_models(store, network, ImportWishes(control=each)).models
        assert kinds_of(ModelStore(store.directory).get(model.id)) == (each,)


def test_it_is_said_with_a_later_import(store: ModelStore, network: Path) -> None:
    import_models(store, network)
    (model,) = import_models(store, network, DEPTH).models
    assert store.all() == (model,)
    assert control_of(model) == "depth"


def test_what_was_said_outlives_an_import_that_says_nothing(
    store: ModelStore, network: Path
) -> None:
    import_models(store, network, DEPTH)
    import_models(store, network)
    assert control_of(store.all()[0]) == "depth"
    network.write_bytes(safetensors_bytes({**CONTROL, "conv_in.weight": (8, 4, 3, 3)}))
    import_models(store, network)
    assert control_of(store.all()[0]) == "depth"


def test_what_tells_by_itself_is_not_told(store: ModelStore, tmp_path: Path) -> None:
    union = {
        **CONTROL,
        "add_embedding.linear_1.weight": (8, 8),
        "task_embedding": (6, 8),
    }
    (tmp_path / "union.safetensors").write_bytes(safetensors_bytes(union))
    (tmp_path / "vae.safetensors").write_bytes(safetensors_bytes(VAE))
    imported = import_models(store, tmp_path, DEPTH).models
    assert [control_of(each) for each in imported] == ["union", ""]
    for each in imported:
        with pytest.raises(BadTask):
            describe_control(store, each.id, "depth")


def test_it_is_said_afterwards_and_taken_back(store: ModelStore, network: Path) -> None:
    (model,) = import_models(store, network).models
    assert describe_control(store, model.id, "pose").detail == "pose"
    assert control_of(store.get(model.id)) == "pose"
    assert is_untold(describe_control(store, model.id, ""))


def test_only_what_there_is(store: ModelStore, network: Path) -> None:
    with pytest.raises(BadTask, match="scribble"):
        import_models(store, network, ImportWishes(control="dowsing"))
    with pytest.raises(NotFound):
        describe_control(store, "none", "pose")
    assert "custom" not in [each.id for each in control_choices()]
