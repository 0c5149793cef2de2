"""What clients are told of models."""

from __future__ import annotations

from pathlib import Path

from tests.backend.models.test_store import own_model
from velatura_backend.models.listing import describe, missing_for, offered
from velatura_backend.models.manifest import offers
from velatura_backend.models.store import ModelStore
from velatura_protocol.tasks import Operation

GIB = 1024**3


def test_paths_stay_here(tmp_path: Path) -> None:
    info = describe(own_model(ModelStore(tmp_path), name="n" * 400, source="s" * 400))
    assert str(tmp_path) not in repr(info)
    assert len(info.name) == len(info.source) == 256


def test_what_is_offered(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    listed = {each.id: each for each in offered(store, memory=8 * GIB, installing=["sdxl"])}
    assert list(listed) == [each.id for each in offers()]
    assert listed["sdxl"].installing
    assert listed["sdxl"].recommended
    assert not listed["flux2-klein-4b"].recommended
    assert listed["flux2-klein-4b"].bytes == 15_968_709_091
    assert Operation.FILL in listed["sd15"].operations
    assert listed["control-union-sdxl"].operations == ()
    assert not listed["z-image-turbo"].hashes_known


def test_what_is_installed_is_not_offered(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    model = own_model(store, "sd15")
    assert "sd15" not in {each.id for each in offered(store)}
    model.location.unlink()
    assert "sd15" in {each.id for each in offered(store)}


def test_what_has_come_is_counted(tmp_path: Path) -> None:
    folder = tmp_path / "parts" / "sdxl" / "files"
    folder.mkdir(parents=True)
    (folder / "a.safetensors.part").write_bytes(b"12345")
    (folder / "b.json").write_bytes(b"123")
    (folder / "b.json.sha256").write_bytes(b"0" * 64)
    listed = {each.id: each for each in offered(ModelStore(tmp_path))}
    assert listed["sdxl"].arrived == 8


def test_what_to_install_for_an_operation(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    small = missing_for(Operation.GENERATE, store)
    assert small.params == {
        "model": "sd15",
        "name": "Stable Diffusion 1.5",
        "bytes": 2_134_194_467,
    }
    large = missing_for(Operation.GENERATE, store, memory=24 * GIB)
    assert large.params["model"] == "flux2-klein-4b"
    assert missing_for(Operation.TILE, store).params == {"model": "", "name": "", "bytes": 0}
