"""The shelf of installed models, and their records."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_backend.models.record_file import (
    BadRecord,
    decode_record,
    encode_record,
    safe_path,
)
from velatura_backend.models.records import (
    Family,
    InstalledModel,
    ModelFile,
    ModelForm,
    ModelKind,
    Variant,
)
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import NotFound

SHA = "0" * 63 + "a"


def own_model(store: ModelStore, model_id: str = "sd15", **changes: object) -> InstalledModel:
    """A file of the store's own, recorded."""
    location = store.own / model_id / "weights.safetensors"
    location.parent.mkdir(parents=True, exist_ok=True)
    location.write_bytes(b"weights")
    model = InstalledModel(
        id=model_id,
        name="Stable Diffusion 1.5",
        kind=ModelKind.CHECKPOINT,
        family=Family.SD15,
        location=location,
        form=ModelForm.FILE,
        files=(ModelFile("weights.safetensors", 7, SHA),),
    )
    model = replace(model, **changes)  # pyright: ignore[reportArgumentType]
    store.add(model)
    return model


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def test_an_empty_store_has_nothing(store: ModelStore) -> None:
    assert store.all() == ()
    assert not store.directory.exists()
    with pytest.raises(NotFound) as caught:
        store.get("sd15")
    assert caught.value.params == {"what": "model", "id": "sd15"}


def test_what_is_added_is_there_for_everybody(store: ModelStore) -> None:
    model = own_model(store, licence="MIT", commercial_use=True, variant=Variant.INPAINT)
    for shelf in (store, ModelStore(store.directory)):
        assert shelf.all() == (model,)
        assert shelf.get("sd15") == model
    assert store.at(model.location) == model


def test_models_are_found_by_kind_and_family(store: ModelStore) -> None:
    base = own_model(store)
    lora = own_model(store, "glow", kind=ModelKind.LORA, family=Family.SDXL)
    assert store.of(ModelKind.CHECKPOINT) == (base,)
    assert store.of(ModelKind.LORA, Family.SDXL) == (lora,)
    assert store.of(ModelKind.LORA, Family.SD15) == ()


def test_another_process_is_noticed(store: ModelStore) -> None:
    before = store.stamp()
    other = ModelStore(store.directory)
    model = own_model(other)
    assert store.stamp() != before
    assert store.all() == (model,)
    other.remove("sd15")
    assert store.all() == ()


def test_the_stamp_stays_while_nothing_happens(store: ModelStore) -> None:
    own_model(store)
    assert store.stamp() == store.stamp()
    assert store.recorded() is store.recorded()


def test_removing_deletes_own_files_only(store: ModelStore, tmp_path: Path) -> None:
    owned = own_model(store)
    theirs = tmp_path / "ComfyUI" / "theirs.safetensors"
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")
    own_model(store, "theirs", location=theirs, in_place=True)
    for model in ("sd15", "theirs"):
        store.remove(model)
    assert not owned.location.parent.exists()
    assert theirs.read_bytes() == b"theirs"
    assert store.recorded() == ()
    with pytest.raises(NotFound):
        store.remove("sd15")


def test_a_model_whose_files_are_gone_is_recorded_and_not_offered(store: ModelStore) -> None:
    model = own_model(store)
    before = store.stamp()
    model.location.unlink()
    assert store.stamp() != before
    assert store.all() == ()
    assert store.recorded() == (model,)
    model.location.write_bytes(b"weights")
    assert store.stamp() == before
    assert store.all() == (model,)
    model.location.unlink()
    store.remove("sd15")
    assert store.recorded() == ()


def test_the_store_may_be_moved(store: ModelStore, tmp_path: Path) -> None:
    own_model(store)
    moved = store.directory.rename(tmp_path / "elsewhere")
    (model,) = ModelStore(moved).all()
    assert model.location == moved / "files" / "sd15" / "weights.safetensors"


def test_a_broken_record_does_not_hide_the_others(store: ModelStore) -> None:
    model = own_model(store)
    records = store.directory / "records"
    (records / "bad.json").write_text("{")
    (records / "notes.txt").write_text("mine")
    (records / "folder.json").mkdir()
    assert store.all() == (model,)


def test_a_record_goes_by_the_name_of_its_file(store: ModelStore) -> None:
    own_model(store)
    record = store.directory / "records" / "sd15.json"
    os.rename(record, record.with_name("renamed.json"))
    assert [each.id for each in store.recorded()] == ["renamed"]


def test_ids_are_free(store: ModelStore) -> None:
    assert store.free_id("sd15") == "sd15"
    own_model(store)
    own_model(store, "sd15-2")
    assert store.free_id("sd15") == "sd15-3"
    assert store.free_id("sdxl", {"sdxl", "sdxl-2"}) == "sdxl-3"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"id": "../x"},
        {"kind": "virus"},
        {"location": "../../etc/passwd"},
        {"location": "/etc/passwd"},
        {"files": [{"path": "../a", "bytes": 1, "sha256": ""}]},
        {"files": [{"path": "a", "bytes": -1, "sha256": ""}]},
        {"files": [{"path": "a", "bytes": 1, "sha256": "xyz"}]},
        {"files": [7]},
        {"files": 7},
        {"name": 7},
    ],
)
def test_a_record_that_is_none_is_refused(store: ModelStore, change: dict[str, object]) -> None:
    fields = json.loads(encode_record(own_model(store), store.own))
    with pytest.raises(BadRecord):
        decode_record(json.dumps(fields | change).encode(), store.own)


def test_what_is_no_record_at_all_is_refused(store: ModelStore) -> None:
    for content in (b"", b"[]", b"7", b"\xff"):
        with pytest.raises(BadRecord):
            decode_record(content, store.own)


@pytest.mark.parametrize("path", ["a", "a/b.safetensors", "unet/ä b.json", "..a/b.."[:-2]])
def test_paths_below_are_safe(path: str) -> None:
    assert str(safe_path(path)) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "a/./b", "C:/a", "C:a",
        "a\\b", "\\\\server\\share", "a\0b", "a\nb", "CON", "nul.txt", "a/com1.json", "a ", "b.",
        "a*", "a?b", "x:stream",
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(BadRecord):
        safe_path(path)


@given(st.text(max_size=30))
def test_a_safe_path_stays_below(text: str) -> None:
    try:
        path = safe_path(text)
    except BadRecord:
        return
    root = Path("/srv/models")
    assert Path(os.path.normpath(root / path)).is_relative_to(root)
    assert Path(os.path.normpath(root / path)) != root
