"""Models that are on this machine already: told by their tensors, used where they are."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest

from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models.checking import verify
from velatura_backend.models.finding import files_of, find_models, is_model_folder
from velatura_backend.models.importing import (
    ImportWishes,
    identifier_for,
    import_models,
)
from velatura_backend.models.records import Family, ModelForm, ModelKind
from velatura_backend.models.safetensors_header import FileSort
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import (
    Cancelled,
    ModelDamaged,
    NotFound,
    UnreadableFile,
    Unsupported,
)

VAE = {
    "encoder.conv_in.weight": (8, 3, 3, 3),
    "encoder.down_blocks.0.resnets.0.conv1.weight": (8, 8, 3, 3),
    "decoder.conv_in.weight": (8, 4, 3, 3),
    "decoder.conv_out.weight": (3, 8, 3, 3),
    "quant_conv.weight": (8, 8, 1, 1),
    "post_quant_conv.weight": (4, 4, 1, 1),
}
"""Enough of an autoencoder's names and shapes to be told for one."""


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "data" / "models")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Another program's folder, with names that mislead."""
    folder = tmp_path / "ComfyUI" / "models"
    (folder / "loras").mkdir(parents=True)
    vae = folder / "loras" / "sdxl lora.safetensors"
    vae.write_bytes(safetensors_bytes(VAE, {"modelspec.license": "CC0-1.0"}))
    return folder


def test_files_are_told_by_their_tensors(store: ModelStore, theirs: Path) -> None:
    imported = import_models(store, theirs)
    (model,) = imported.models
    assert (model.kind, model.form) == (ModelKind.VAE, ModelForm.FILE)
    assert (model.id, model.name) == ("sdxl-lora", "sdxl lora")
    assert model.in_place
    assert model.location == theirs / "loras" / "sdxl lora.safetensors"
    assert model.licence == "CC0-1.0"
    assert len(model.files[0].sha256) == 64
    assert store.all() == imported.models
    assert not store.own.exists()


def test_a_second_import_changes_nothing(store: ModelStore, theirs: Path) -> None:
    first = import_models(store, theirs)
    again = import_models(store, theirs)
    assert again.models == first.models
    assert (first.known, again.known) == (0, 1)


def test_the_same_bytes_elsewhere_are_the_same_model(store: ModelStore, theirs: Path) -> None:
    (model,) = import_models(store, theirs).models
    copy = theirs / "copy.safetensors"
    shutil.copy(model.location, copy)
    assert import_models(store, copy).models == (model,)
    model.location.unlink()
    (moved,) = import_models(store, copy).models
    assert (moved.id, moved.location) == (model.id, copy)
    assert len(store.recorded()) == 1


def test_names_of_the_manifest_are_not_taken(store: ModelStore, theirs: Path) -> None:
    (model,) = import_models(store, theirs, ImportWishes("sd15")).models
    assert (model.id, model.name) == ("sd15-2", "sd15")


def test_copies_belong_to_the_store(store: ModelStore, theirs: Path) -> None:
    (model,) = import_models(store, theirs, ImportWishes(copies=True)).models
    assert not model.in_place
    assert model.location.is_relative_to(store.own)
    assert verify(store, model.id) == model
    store.remove(model.id)
    assert (theirs / "loras" / "sdxl lora.safetensors").exists()


def test_wishes_are_recorded(store: ModelStore, theirs: Path) -> None:
    wishes = ImportWishes("My VAE", "MIT", commercial_use=True, hashes=False)
    (model,) = import_models(store, theirs, wishes).models
    assert (model.id, model.name, model.licence) == ("my-vae", "My VAE", "MIT")
    assert model.commercial_use
    assert model.files[0].sha256 == ""
    assert len(verify(store, "my-vae").files[0].sha256) == 64
    assert len(store.get("my-vae").files[0].sha256) == 64


def test_pickles_and_strangers_are_left_out_with_their_reasons(
    store: ModelStore, theirs: Path
) -> None:
    (theirs / "a.safetensors").write_bytes(pickle.dumps({"a": list(range(100))}))
    (theirs / "b.pth").write_bytes(b"PK\x03\x04" + bytes(100))
    (theirs / "c.safetensors").write_bytes(safetensors_bytes({"what": (4, 4, 4)}))
    (theirs / "d.safetensors").write_bytes(safetensors_bytes(VAE)[:-8])
    (theirs / "notes.txt").write_text("not a model " * 20)
    imported = import_models(store, theirs)
    assert len(imported.models) == 1
    reasons = {each.path.name: type(each.error) for each in imported.skipped}
    assert reasons == {
        "a.safetensors": Unsupported,
        "b.pth": Unsupported,
        "c.safetensors": Unsupported,
        "d.safetensors": UnreadableFile,
    }


def test_the_only_one_says_what_it_is(store: ModelStore, tmp_path: Path) -> None:
    strange = tmp_path / "strange.safetensors"
    strange.write_bytes(safetensors_bytes({"what": (4, 4, 4)}))
    with pytest.raises(Unsupported) as caught:
        import_models(store, strange)
    assert {"what", "supported"} <= caught.value.params.keys()
    for place in (tmp_path / "nowhere", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(NotFound):
            import_models(store, place)


def test_the_stores_own_files_are_not_found_again(store: ModelStore, theirs: Path) -> None:
    import_models(store, theirs, ImportWishes(copies=True))
    found = list(find_models(store.directory.parent.parent, besides=store.directory))
    assert [each.path for each in found] == [theirs / "loras" / "sdxl lora.safetensors"]


def test_links_are_followed_once(store: ModelStore, theirs: Path, tmp_path: Path) -> None:
    (theirs / "loop").symlink_to(theirs)
    elsewhere = tmp_path / "disk2"
    elsewhere.mkdir()
    (theirs / "loras" / "sdxl lora.safetensors").rename(elsewhere / "vae.safetensors")
    (theirs / "linked").symlink_to(elsewhere)
    (model,) = import_models(store, theirs).models
    assert model.location == theirs / "linked" / "vae.safetensors"


def _diffusers_folder(folder: Path) -> Path:
    (folder / "vae").mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "X"}))
    (folder / "vae" / "config.json").write_text(json.dumps({"_class_name": "AutoencoderKL"}))
    (folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(safetensors_bytes(VAE))
    (folder / "vae" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(list(range(99))))
    (folder / "all in one.safetensors").write_bytes(safetensors_bytes(VAE))
    (folder / ".git").mkdir()
    (folder / ".git" / "config.json").write_text("{}")
    (folder / "picture.png").write_bytes(b"\x89PNG" + bytes(100))
    return folder


def test_a_folders_files(tmp_path: Path) -> None:
    folder = _diffusers_folder(tmp_path / "sd")
    assert [each.relative_to(folder).as_posix() for each in files_of(folder)] == [
        "model_index.json",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
    ]
    assert is_model_folder(folder)
    assert is_model_folder(folder / "vae")
    assert not is_model_folder(tmp_path)
    assert [each.path for each in find_models(tmp_path)] == [folder]
    (found,) = find_models(folder / "all in one.safetensors")
    assert found.sort is FileSort.SAFETENSORS


def test_odd_configurations_are_no_models(tmp_path: Path) -> None:
    for content in ("[]", "{", '{"a": 1}'):
        (tmp_path / "config.json").write_text(content)
        assert not is_model_folder(tmp_path)


def test_stopping_leaves_what_was_taken(store: ModelStore, theirs: Path) -> None:
    (theirs / "z.safetensors").write_bytes(safetensors_bytes({**VAE, "decoder.x": (1,)}))

    def stop(step: object) -> None:
        if store.recorded():
            raise Cancelled(phase="models")

    with pytest.raises(Cancelled):
        import_models(store, theirs, report=stop)
    assert len(store.all()) == 1


@pytest.mark.parametrize(
    ("damage", "reason"),
    [("cut", "size"), ("turned", "hash"), ("gone", "missing")],
)
def test_damage_is_found(store: ModelStore, theirs: Path, damage: str, reason: str) -> None:
    (model,) = import_models(store, theirs).models
    content = model.location.read_bytes()
    if damage == "gone":
        model.location.unlink()
    else:
        model.location.write_bytes(content[:-1] if damage == "cut" else content[:-1] + b"x")
    with pytest.raises(ModelDamaged) as caught:
        verify(store, model.id)
    assert caught.value.params == {
        "model": "sdxl-lora",
        "file": "sdxl lora.safetensors",
        "reason": reason,
    }


def test_nothing_to_verify(store: ModelStore) -> None:
    with pytest.raises(NotFound):
        verify(store, "none")


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("DreamShaper_8_pruned", "dreamshaper-8-pruned"),
        ("../../etc", "etc"),
        ("模型", "model"),
        ("x" * 90, "x" * 48),
    ],
)
def test_identifiers(name: str, identifier: str) -> None:
    assert identifier_for(name) == identifier


def test_a_snapshot_of_the_hubs_cache_has_its_models_name(
    store: ModelStore, tmp_path: Path
) -> None:
    snapshot = tmp_path / "models--ada--vae" / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    blob = tmp_path / "blob"
    blob.write_bytes(safetensors_bytes(VAE))
    os.symlink(blob, snapshot / "diffusion_pytorch_model.safetensors")
    (snapshot / "config.json").write_text(
        json.dumps({"_class_name": "AutoencoderKL", "latent_channels": 4})
    )
    (model,) = import_models(store, snapshot).models
    assert (model.id, model.name, model.form) == ("ada-vae", "ada/vae", ModelForm.FOLDER)
    assert model.family is Family.NONE
