from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from velatura_backend.engines import registry
from velatura_backend.engines.diffusion.memory.plan import Rung
from velatura_backend.engines.resources import NO_MODELS
from velatura_backend.executors.worker.origin import Origin, memory_rung, model_hash, origin_of
from velatura_backend.models.records import Family, InstalledModel, ModelFile, ModelForm, ModelKind


class Shelf:
    def __init__(self, model: InstalledModel) -> None:
        self.model = model

    def all(self) -> tuple[InstalledModel, ...]:
        return (self.model,)

    def get(self, model_id: str) -> InstalledModel:
        assert model_id == self.model.id
        return self.model

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return (self.model,)


def model(*files: ModelFile) -> InstalledModel:
    return InstalledModel(
        "mine", "Mine", ModelKind.CHECKPOINT, Family.SD15, Path(), ModelForm.FILE, files
    )


ONE = ModelFile("a.safetensors", 3, "aa" * 32)
TWO = ModelFile("b/c.safetensors", 4, "bb" * 32)


def test_a_file_has_its_own_hash_and_a_folder_that_of_its_list() -> None:
    assert model_hash(model(ONE)) == f"sha256:{'aa' * 32}"
    listed = f"{'aa' * 32}  a.safetensors\n{'bb' * 32}  b/c.safetensors\n"
    assert model_hash(model(TWO, ONE)) == f"sha256:{sha256(listed.encode()).hexdigest()}"
    assert model_hash(model()) == ""
    assert model_hash(model(ONE, replace(TWO, sha256=""))) == ""


def test_where_a_result_comes_from() -> None:
    built_in = registry.spec("builtin_fill")
    on_model = replace(built_in, id="mine", weights=True)
    assert origin_of(built_in, Shelf(model(ONE)), "cuda") == Origin("cpu", "")
    assert origin_of(on_model, Shelf(model(ONE)), "cuda") == Origin("cuda", f"sha256:{'aa' * 32}")
    assert origin_of(on_model, NO_MODELS, "mps") == Origin("mps", "")


@pytest.mark.parametrize("rung", Rung)
def test_the_tightest_rung_is_told(rung: Rung) -> None:
    number = float(tuple(Rung).index(rung))
    assert memory_rung([{"memory_rung": 0.0}, {"memory_rung": number}, {}]) == rung.value


def test_without_painting_there_is_no_rung() -> None:
    assert memory_rung([{}, {"seam_score": 1.0}]) == ""
