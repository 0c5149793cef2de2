from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch
from safetensors.torch import save_file

from tests.contracts.engine import RecordingContext, fresh_token, hole_in, picture, result_of
from tests.support.tiny_networks import installed, random_compact, repeating
from velatura_backend.engines.base import (
    EngineEvent,
    EnginePreview,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from velatura_backend.engines.catalogue import Catalogue, create
from velatura_backend.engines.resources import EngineResources
from velatura_backend.engines.super_resolution import engine as engine_module
from velatura_backend.engines.super_resolution.engine import NetworkEngine
from velatura_backend.engines.super_resolution.facts import NetworkFacts, Purpose
from velatura_backend.engines.super_resolution.library import load_network, network_facts
from velatura_backend.engines.super_resolution.looking import look_at
from velatura_backend.engines.super_resolution.network import as_module
from velatura_backend.engines.super_resolution.specs import spec_of_network
from velatura_backend.models.importing import import_models
from velatura_backend.models.recognising import recognise
from velatura_backend.models.records import Family, InstalledModel, ModelKind
from velatura_backend.models.residency import Residency
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import Cancelled, NotFound, Unsupported
from velatura_protocol.tasks import Intent, Operation


class NoModels:
    def all(self) -> tuple[InstalledModel, ...]:
        return ()

    def get(self, model_id: str) -> InstalledModel:
        raise NotFound(what="model", id=model_id)

    def of(self, kind: ModelKind, family: Family | None = None) -> tuple[InstalledModel, ...]:
        return ()


@pytest.fixture
def resources() -> Iterator[EngineResources]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield EngineResources(NoModels())
    torch.set_num_threads(before)


def engine_of(model: InstalledModel, resources: EngineResources) -> NetworkEngine:
    return NetworkEngine(model, spec_of_network(model), resources)


def upscaling(image: FloatImage, scale: float) -> EngineTask:
    whole = np.ones(image.shape[:2], np.float32)
    return EngineTask(Operation.UPSCALE, Intent.NONE, image, whole, seed=0, scale=scale)


def run(
    path: Path,
    task: EngineTask,
    resources: EngineResources,
    context: RecordingContext | None = None,
) -> list[EngineEvent]:
    return list(engine_of(installed(path), resources).run(task, context or RecordingContext()))


def image_of(events: list[EngineEvent]) -> FloatImage:
    image = result_of(events).image
    assert not isinstance(image, StreamedImage)
    return image


def repeated(image: FloatImage, scale: int) -> FloatImage:
    return image.repeat(scale, axis=0).repeat(scale, axis=1)


def test_facts_are_told_without_torchvision(tmp_path: Path) -> None:
    assert "torchvision" not in sys.modules
    facts = network_facts(repeating(tmp_path / "x2.safetensors", 2))
    assert facts == NetworkFacts(Purpose.UPSCALE, 2, 3, "RealESRGAN Compact")
    assert "torchvision" not in sys.modules
    assert network_facts(repeating(tmp_path / "x1.safetensors", 1)).purpose is Purpose.RESTORE


def test_the_server_asks_a_process_of_its_own(tmp_path: Path) -> None:
    path = repeating(tmp_path / "x2.safetensors", 2)
    found = recognise(path)
    assert (found.kind, found.detail) == (ModelKind.UPSCALER, network_facts(path).detail)
    other = tmp_path / "other.safetensors"
    save_file({"something.weight": torch.zeros(2, 2)}, other)
    with pytest.raises(Unsupported):
        look_at(other)
    with pytest.raises(Unsupported):
        recognise(other)


def test_an_installed_network_is_an_engine(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    path = repeating(tmp_path / "Sharp x2.safetensors", 2)
    (model,) = import_models(store, path).models
    (spec,) = Catalogue(store, runs_models=True).of_models()
    assert spec == spec_of_network(model)
    assert isinstance(create(spec, EngineResources(store)), NetworkEngine)


def test_a_file_of_no_known_architecture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"something.weight": torch.zeros(2, 2)}, path)
    with pytest.raises(Unsupported):
        load_network(path)


@pytest.mark.parametrize("side", [24, 300])
def test_the_networks_own_scale_through_tiles(
    tmp_path: Path, resources: EngineResources, side: int
) -> None:
    image = np.clip(picture(side, side + 9, 4), 0.0, 1.0)
    events = run(repeating(tmp_path / "net.safetensors", 2), upscaling(image, 2.0), resources)
    np.testing.assert_allclose(image_of(events), repeated(image, 2), atol=1e-5)


def test_any_other_scale_is_a_resample_of_it(tmp_path: Path, resources: EngineResources) -> None:
    image = np.clip(picture(40, 32, 4), 0.0, 1.0)
    events = run(repeating(tmp_path / "net.safetensors", 4), upscaling(image, 1.5), resources)
    assert image_of(events).shape == (60, 48, 4)


def test_grey_stays_grey(tmp_path: Path, resources: EngineResources) -> None:
    image = np.clip(picture(40, 32, 2), 0.0, 1.0)
    events = run(repeating(tmp_path / "net.safetensors", 2), upscaling(image, 2.0), resources)
    np.testing.assert_allclose(image_of(events), repeated(image, 2), atol=1e-5)


def test_light_beyond_white_and_alpha_come_from_the_picture(
    tmp_path: Path, resources: EngineResources
) -> None:
    image = np.clip(picture(64, 64, 4), 0.0, 1.0)
    image[10:40, 10:40, :3] = 6.0
    image[..., -1] = np.linspace(0.0, 1.0, 64, dtype=np.float32)
    result = image_of(
        run(repeating(tmp_path / "n.safetensors", 2), upscaling(image, 2.0), resources)
    )
    assert result[50, 50, 0] == pytest.approx(6.0, rel=0.02)
    np.testing.assert_allclose(result[0, :, -1], repeated(image, 2)[0, :, -1], atol=0.02)
    assert np.isfinite(result).all()


def test_a_restoring_network_shows_what_is_done(tmp_path: Path, resources: EngineResources) -> None:
    image = np.clip(picture(400, 40, 4), 0.0, 1.0)
    whole = np.ones(image.shape[:2], np.float32)
    task = EngineTask(Operation.RESTORE, Intent.NONE, image, whole, seed=0)
    events = run(random_compact(tmp_path / "net.safetensors", 1), task, resources)
    assert any(isinstance(event, EnginePreview) for event in events)
    result = image_of(events)
    assert result.shape == image.shape
    assert not np.allclose(result, image, atol=0.01)
    np.testing.assert_array_equal(result[..., -1], image[..., -1])


def test_large_results_come_in_strips(
    tmp_path: Path, resources: EngineResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_WHOLE_PIXELS", 1000)
    image = np.clip(picture(250, 40, 4), 0.0, 1.0)
    path = repeating(tmp_path / "net.safetensors", 2)
    for event in engine_of(installed(path), resources).run(
        upscaling(image, 2.0), RecordingContext()
    ):
        last = event
        if hasattr(event, "image") and isinstance(event.image, StreamedImage):
            whole = np.concatenate(list(event.image.strips))
            np.testing.assert_allclose(whole, repeated(image, 2), atol=1e-5)
    assert isinstance(result_of([last]).image, StreamedImage)


def test_it_is_loaded_once_and_kept(tmp_path: Path, resources: EngineResources) -> None:
    image = np.clip(picture(40, 32, 4), 0.0, 1.0)
    path = repeating(tmp_path / "net.safetensors", 2)
    first = image_of(run(path, upscaling(image, 2.0), resources))
    residency = resources.keep.find(Residency)
    assert residency is not None
    assert residency.has("my_network", "network")
    model = installed(path)
    path.unlink()
    again = list(engine_of(model, resources).run(upscaling(image, 2.0), RecordingContext()))
    np.testing.assert_array_equal(image_of(again), first)


def test_cancel_stops_inside_of_a_tile(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    module = as_module(load_network(random_compact(tmp_path / "net.safetensors", 2)), "cpu")
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise Cancelled(phase="stepping")

    with pytest.raises(Cancelled):
        module.answer(np.zeros((3, 16, 16), np.float32), None, check)
    assert asked == 3
    module.answer(np.zeros((3, 16, 16), np.float32), None, lambda: None)
    assert asked == 3, "its hooks are gone"


def test_a_cancelled_order_gives_nothing(tmp_path: Path, resources: EngineResources) -> None:
    token = fresh_token()
    token.flag[0] = token.serial
    image = picture(40, 32, 4)
    with pytest.raises(Cancelled):
        run(
            repeating(tmp_path / "net.safetensors", 2),
            upscaling(image, 2.0),
            resources,
            RecordingContext(cancel=token),
        )


def test_holes_are_filled_and_the_rest_is_kept(
    tmp_path: Path, resources: EngineResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through LaMa's own architecture, which is of one size only: 51 million random numbers."""
    monkeypatch.setattr(engine_module, "load_network", lambda path: _random_lama())
    facts = NetworkFacts(Purpose.INPAINT, 1, 3, "LaMa")
    model = installed(tmp_path / "lama.safetensors", facts)
    image = np.clip(picture(72, 64, 4), 0.0, 1.0)
    hole = hole_in(72, 64)
    task = EngineTask(Operation.FILL, Intent.REMOVE, image, hole, seed=0)
    result = image_of(list(engine_of(model, resources).run(task, RecordingContext())))
    np.testing.assert_array_equal(result[hole == 0.0], image[hole == 0.0])
    assert not np.allclose(result[hole > 0.0], image[hole > 0.0], atol=0.01)
    assert np.isfinite(result).all()


def _random_lama():
    from velatura_backend.engines.super_resolution.library import _torchvision_spared

    with _torchvision_spared():
        import spandrel
    from spandrel.architectures.LaMa import LaMa

    torch.manual_seed(0)
    return spandrel.ModelLoader().load_from_state_dict(LaMa(in_nc=4, out_nc=3).state_dict()).eval()
