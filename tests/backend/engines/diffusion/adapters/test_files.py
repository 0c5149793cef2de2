from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

from tests.support.tiny_adapters import embedding_file, installed
from velatura_backend.engines.diffusion.adapters.files import tensors_path
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged


def test_a_folder_is_to_have_one_file(tmp_path):
    folder = tmp_path / "lora"
    folder.mkdir()
    path = embedding_file(folder / "a.safetensors")
    model = installed(folder, ModelKind.LORA, Family.SD15)
    assert tensors_path(model) == path
    embedding_file(folder / "b.safetensors")
    with pytest.raises(ModelDamaged, match="several"):
        tensors_path(model)
