from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import save_file

from tests.support.tiny_adapters import embedding_file, installed
from velatura_backend.engines.diffusion.adapters.embeddings import (
    EmbeddingBook,
    EmbeddingTokeniser,
    read_embedding,
    with_vectors,
)
from velatura_backend.models.records import Family, ModelKind
from velatura_protocol.errors import ModelDamaged


def embedding(path, detail=""):
    return installed(path, ModelKind.EMBEDDING, Family.SD15, detail)


def test_triggers_are_found_within_punctuation_and_in_any_case(tmp_path):
    model = embedding(embedding_file(tmp_path / "velvet.safetensors", (8,), 3), "<tok>")
    tokeniser = EmbeddingTokeniser(
        lambda word: [ord(each) for each in word], EmbeddingBook.of([model]), 8
    )
    assert tokeniser("red") == (114, 101, 100)
    assert tokeniser("Velvet") == (-1, -2, -3)
    assert tokeniser("<tok>,") == (-1, -2, -3, ord(","))
    assert tokeniser("'velvet'") == (ord("'"), -1, -2, -3, ord("'"))
    assert tokeniser("velvety") == tuple(map(ord, "velvety"))
    assert torch.equal(torch.stack(tokeniser.rows), read_embedding(model).vectors[0])


@pytest.mark.parametrize(
    "tensors",
    [{"a": torch.zeros(2, 3, 4)}, {"a": torch.zeros(2, 3), "b": torch.zeros(1, dtype=torch.int32)}],
)
def test_what_is_no_embedding_is_named(tmp_path, tensors):
    save_file(tensors, tmp_path / "odd.safetensors")
    with pytest.raises(ModelDamaged, match="odd"):
        read_embedding(embedding(tmp_path / "odd.safetensors"))


def test_what_is_no_safetensors_file_is_named(tmp_path):
    (tmp_path / "odd.safetensors").write_bytes(b"PK nothing")
    with pytest.raises(ModelDamaged, match="unreadable"):
        read_embedding(embedding(tmp_path / "odd.safetensors"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelDamaged, match="missing"):
        read_embedding(embedding(tmp_path / "folder"))


def test_rows_are_put_in_and_the_table_is_as_before():
    class Encoder:
        table = torch.nn.Embedding(5, 4)

        def get_input_embeddings(self):
            return self.table

    encoder, rows = Encoder(), [torch.full((4,), 7.0), torch.full((4,), 9.0)]
    ids = torch.tensor([[1, -2, -1, 4]])
    with with_vectors(encoder, rows):
        found = encoder.table(ids)
    assert torch.equal(found[0, 1], rows[1])
    assert torch.equal(found[0, 2], rows[0])
    assert torch.equal(found[0, [0, 3]], encoder.table(torch.tensor([1, 4])))
