from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

from tests.support import tiny_pipelines
from tests.support.painting_desk import Models, installed
from velatura_backend.engines.catalogue import Catalogue, create
from velatura_backend.engines.diffusion.making import make_engine
from velatura_backend.engines.resources import EngineResources


def test_an_installed_model_is_an_engine() -> None:
    model = installed(tiny_pipelines.folder("sd15"))
    shelf = Models((model,))
    spec = Catalogue(shelf, runs_models=True).spec("sd15")
    engine = make_engine(model, spec, EngineResources(shelf))
    assert engine.spec is spec
    assert type(create(spec, EngineResources(shelf))) is type(engine)
