from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

from tests.support.tiny_adapters import embedding_file, installed
from velatura_backend.engines.diffusion.adapters.files import named, tensors_path
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged, NotFound


def test_a_model_is_found_by_id_name_or_file(tmp_path):
    path = embedding_file(tmp_path / "Ink_v2.safetensors")
    model = installed(path, ModelKind.LORA, Family.SD15, name="Ink wash")
    for name in ("ink_v2", "INK WASH", "Ink_V2"):
        assert named([model], name, "LoRA") is model
    with pytest.raises(NotFound, match="oil"):
        named([model], "oil", "LoRA")


def test_a_folder_is_to_have_one_file(tmp_path):
    folder = tmp_path / "lora"
    folder.mkdir()
    path = embedding_file(folder / "a.safetensors")
    model = installed(folder, ModelKind.LORA, Family.SD15)
    assert tensors_path(model) == path
    embedding_file(folder / "b.safetensors")
    with pytest.raises(ModelDamaged, match="several"):
        tensors_path(model)
