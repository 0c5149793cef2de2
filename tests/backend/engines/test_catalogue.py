from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from velatura_backend.engines import registry
from velatura_backend.engines.catalogue import Catalogue, create
from velatura_backend.engines.resources import NO_MODELS, EngineResources, Keep
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind
from velatura_protocol.choosing import best_engine
from velatura_protocol.errors import NotFound
from velatura_protocol.tasks import Intent, Operation


@dataclass
class Shelf:
    models: tuple[InstalledModel, ...] = ()
    looks: int = 0

    def all(self) -> tuple[InstalledModel, ...]:
        return self.models

    def get(self, model_id: str) -> InstalledModel:
        raise NotFound(what="model", id=model_id)

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        self.looks += 1
        return tuple(each for each in self.models if each.kind is kind)

    def stamp(self) -> object:
        return self.models


def model(name: str, family: Family = Family.SD15) -> InstalledModel:
    return InstalledModel(name, name, ModelKind.CHECKPOINT, family, Path(), ModelForm.FOLDER)


def test_models_come_and_go() -> None:
    shelf = Shelf()
    catalogue = Catalogue(shelf, runs_models=True)
    built_in = len(registry.specs())
    assert len(catalogue) == built_in
    shelf.models = (model("one"),)
    assert len(catalogue) == built_in + 1
    assert catalogue[-1].id == "one"
    assert catalogue[:1] == registry.specs()[:1]
    assert catalogue.spec("one").weights
    shelf.models = ()
    with pytest.raises(NotFound):
        catalogue.spec("one")


def test_records_are_read_when_they_have_changed() -> None:
    shelf = Shelf((model("one"),))
    catalogue = Catalogue(shelf, runs_models=True)
    first = catalogue.of_models()
    looks = shelf.looks
    assert catalogue.of_models() is first
    assert shelf.looks == looks


def test_without_the_libraries_there_are_no_engines_for_models() -> None:
    assert Catalogue(Shelf((model("one"),)), runs_models=False).of_models() == ()
    assert Catalogue(None, runs_models=True).of_models() == ()


def test_words_decide_which_engine_is_the_best() -> None:
    shelf = Shelf((model("small"), model("large", Family.SDXL)))
    catalogue = Catalogue(shelf, runs_models=True)

    def best(intent: Intent, prompt: str = "") -> str:
        return best_engine(catalogue, Operation.FILL, intent, prompt=prompt).id

    assert best(Intent.REMOVE) == "builtin_fill"
    assert best(Intent.REMOVE, "a wall") == "large"
    assert best(Intent.FILL) == "large"
    assert best(Intent.ADD) == "large"
    assert best_engine(catalogue, Operation.GENERATE).id == "large"


def test_making_engines() -> None:
    resources = EngineResources(NO_MODELS)
    assert create(registry.spec("echo"), resources).spec.id == "echo"
    gone = Catalogue(Shelf((model("one"),)), runs_models=True).spec("one")
    pytest.importorskip("diffusers")
    with pytest.raises(NotFound):
        create(gone, resources)


def test_nothing_is_installed() -> None:
    assert NO_MODELS.all() == ()
    assert NO_MODELS.of(ModelKind.VAE) == ()
    with pytest.raises(NotFound):
        NO_MODELS.get("any")


def test_what_is_kept_is_made_once() -> None:
    keep = Keep()
    assert keep.find(list) is None
    first = keep.get(list, list)
    assert keep.get(list, list) is first
    assert keep.find(list) is first
