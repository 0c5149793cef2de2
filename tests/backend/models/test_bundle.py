"""Models carried over on a disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backend.models.test_importing import VAE
from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models.bundle import LIST, export_models, import_bundle, is_bundle
from velatura_backend.models.importing import ImportWishes, import_models
from velatura_backend.models.records import Family
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import Cancelled, ModelDamaged, UnreadableFile


@pytest.fixture
def here(tmp_path: Path) -> ModelStore:
    store = ModelStore(tmp_path / "here")
    for name in ("one", "two"):
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(safetensors_bytes({**VAE, f"decoder.{name}": (3,)}))
        import_models(store, path, ImportWishes(licence="MIT", commercial_use=True))
    return store


@pytest.fixture
def there(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "there")


def test_a_bundle_brings_everything(here: ModelStore, there: ModelStore, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    export_models(here.all(), disk)
    assert is_bundle(disk)
    models = import_bundle(there, disk)
    assert [each.id for each in models] == ["one", "two"]
    for before, after in zip(here.all(), models, strict=True):
        assert (after.files, after.licence, after.name) == (
            before.files,
            before.licence,
            before.name,
        )
        assert after.location.is_relative_to(there.own)
        assert not after.in_place
    assert import_bundle(there, disk) == models
    assert not list(there.parts.iterdir())


def test_bundles_are_added_to(here: ModelStore, there: ModelStore, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    for model in (*here.all(), here.get("one")):
        export_models([model], disk)
    assert [each.id for each in import_bundle(there, disk)] == ["two", "one"]


def test_a_damaged_model_is_not_exported(here: ModelStore, tmp_path: Path) -> None:
    here.get("one").location.write_bytes(b"x" * here.get("one").bytes)
    with pytest.raises(ModelDamaged) as caught:
        export_models([here.get("one")], tmp_path / "disk")
    assert caught.value.params["reason"] == "hash"
    assert not is_bundle(tmp_path / "disk")


def test_a_damaged_disk_installs_nothing_of_it(
    here: ModelStore, there: ModelStore, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    export_models(here.all(), disk)
    path = disk / "two" / "two.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelDamaged):
        import_bundle(there, disk)
    assert [each.id for each in there.all()] == ["one"]
    assert not list(there.parts.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        {"location": "../../../etc"},
        {"location": "/etc"},
        {"in_place": True, "location": "/etc"},
        {"id": ".."},
        {"files": [{"path": "../../x", "bytes": 1, "sha256": ""}]},
        {"version": 9},
    ],
)
def test_a_list_that_leads_elsewhere_is_refused(
    here: ModelStore, there: ModelStore, tmp_path: Path, change: dict[str, object]
) -> None:
    disk = tmp_path / "disk"
    export_models(here.all(), disk)
    fields = json.loads((disk / LIST).read_bytes())
    fields["models"][0] |= change
    (disk / LIST).write_text(json.dumps(fields))
    with pytest.raises(UnreadableFile):
        import_bundle(there, disk)
    assert there.recorded() == ()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 1}', '{"version": 2}'])
def test_a_list_that_is_none(there: ModelStore, tmp_path: Path, content: str) -> None:
    (tmp_path / LIST).write_text(content)
    with pytest.raises(UnreadableFile):
        import_bundle(there, tmp_path)


def test_what_a_list_says_a_file_is_does_not_count(
    here: ModelStore, there: ModelStore, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    export_models(here.all(), disk)
    fields = json.loads((disk / LIST).read_bytes())
    fields["models"][0]["kind"] = "checkpoint"
    (disk / LIST).write_text(json.dumps(fields))
    with pytest.raises(ModelDamaged):
        import_bundle(there, disk)


def test_a_family_that_the_tensors_do_not_tell_is_believed(
    here: ModelStore, there: ModelStore, tmp_path: Path
) -> None:
    """A VAE fits several; which one it was installed for, its list knows."""
    here.add(replace(here.get("one"), family=Family.SDXL))
    export_models([here.get("one")], tmp_path / "disk")
    (model,) = import_bundle(there, tmp_path / "disk")
    assert model.family is Family.SDXL


def test_an_export_can_be_stopped(here: ModelStore, tmp_path: Path) -> None:
    def stop(step: object) -> None:
        raise Cancelled(phase="models")

    with pytest.raises(Cancelled):
        export_models(here.all(), tmp_path / "disk", stop)
    assert not is_bundle(tmp_path / "disk")
