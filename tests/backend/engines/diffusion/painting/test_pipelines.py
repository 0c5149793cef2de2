"""The small parts that stand between a request and the library's pipelines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
import transformers

from tests.support import tiny_pipelines, tiny_texts
from tests.support.painting_desk import Models, installed, painter_of
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.loading.accelerators import (
    best_device,
    describe_accelerator,
)
from velatura_backend.engines.diffusion.loading.folder_home import FolderHome, is_network
from velatura_backend.engines.diffusion.loading.libraries import prepare_libraries
from velatura_backend.engines.diffusion.loading.parts import Parts
from velatura_backend.engines.diffusion.painting.hooks import checked
from velatura_backend.engines.diffusion.painting.latents import latent_space
from velatura_backend.engines.diffusion.painting.pipelines import pipeline_of
from velatura_backend.engines.diffusion.painting.previewing import measure
from velatura_backend.engines.resources import EngineResources
from velatura_backend.models.records import Family, Variant
from velatura_protocol.errors import ModelDamaged

SD15 = row_of(Family.SD15, Variant.BASE)


def source_of(kind: str):
    return painter_of(tiny_pipelines.folder(kind)).source


# -- pipelines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(tiny_pipelines.KINDS))
def test_a_pipeline_does_without_what_it_is_not_given(kind: str) -> None:
    source = source_of(kind)
    pipeline = pipeline_of(source, {})
    assert pipeline._execution_device == torch.device("cpu")
    assert type(pipeline).__name__ == source.row.pipeline


def test_settings_of_the_whole_are_handed_on() -> None:
    source = source_of("flux2-klein")
    assert pipeline_of(source, {}).config.is_distilled is True
    assert source_of("sd15").settings(object) == {}


# -- folders ---------------------------------------------------------------------------------------


def folder_copy(tmp_path: Path, kind: str = "sd15") -> Path:
    return Path(shutil.copytree(tiny_pipelines.folder(kind), tmp_path / kind))


def home(path: Path) -> FolderHome:
    model = installed(path)
    return FolderHome(model, row_of(model.family, model.variant))


def test_only_classes_of_the_row_are_loaded(tmp_path: Path) -> None:
    path = folder_copy(tmp_path)
    index = json.loads((path / "model_index.json").read_text())
    index["vae"] = ["diffusers", "AutoencoderTiny"]
    (path / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(ModelDamaged) as caught:
        home(path).load(SD15.component("vae"), torch.float32)
    assert caught.value.params == {
        "model": "sd15", "file": "vae", "reason": "other_network", "title": "AutoencoderTiny",
    }  # fmt: skip


@pytest.mark.parametrize("part", ["unet", "text_encoder", "tokenizer"])
def test_damaged_parts_are_named(tmp_path: Path, part: str) -> None:
    path = folder_copy(tmp_path)
    there = home(path)
    for file in (path / part).iterdir():
        file.write_bytes(b"{")
    with pytest.raises(ModelDamaged) as caught:
        there.load(SD15.component(part), torch.float32)
    assert caught.value.params["file"] == part


def test_an_unreadable_index(tmp_path: Path) -> None:
    path = folder_copy(tmp_path)
    there = home(path)
    (path / "model_index.json").write_text("{")
    with pytest.raises(ModelDamaged, match=r"model_index\.json"):
        there.settings()


def test_half_precision_files_are_found(tmp_path: Path) -> None:
    path = folder_copy(tmp_path)
    weights = path / "vae" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_name("diffusion_pytorch_model.fp16.safetensors"))
    vae = home(path).load(SD15.component("vae"), torch.float16)
    assert vae.dtype is torch.float16


def test_networks_and_tools() -> None:
    assert is_network(SD15.component("unet"))
    assert not is_network(SD15.component("tokenizer"))
    processor = row_of(Family.QWEN_IMAGE, Variant.EDIT).component("processor")
    assert not is_network(processor)


def test_parts_are_held_while_they_are_used() -> None:
    source = source_of("sd15")
    resources = EngineResources(Models((source.model,)))
    checks: list[int] = []
    parts = Parts(source, resources, lambda: checks.append(1))
    with parts.use("vae", "tokenizer") as held:
        assert set(held) == {"vae", "tokenizer"}
        with parts.use("vae") as again:
            assert again["vae"] is held["vae"]
    assert checks
    with parts.use("tokenizer") as later:
        assert later["tokenizer"] is held["tokenizer"]


# -- stopping --------------------------------------------------------------------------------------


class Stopped(Exception):
    pass


def test_a_network_is_stopped_at_its_next_block() -> None:
    unet = tiny_pipelines.unet()
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Stopped

    sample, text = torch.zeros(1, 4, 8, 8), torch.zeros(1, 77, tiny_texts.WIDTH)
    with torch.no_grad():
        whole = unet(sample, 1, text).sample
        with checked(unet, check), pytest.raises(Stopped):
            unet(sample, 1, text)
        assert calls == 3
        assert torch.equal(unet(sample, 1, text).sample, whole)
    assert calls == 3


def test_a_module_without_known_blocks_is_checked_once() -> None:
    calls: list[int] = []
    module = torch.nn.Linear(2, 2)
    with checked(module, lambda: calls.append(1)):
        module(torch.zeros(1, 2))
    assert calls == [1]


# -- previews --------------------------------------------------------------------------------------


class StraightVae(torch.nn.Module):
    """Latents are a mix of the mean colour of 8 × 8 pixels: what real ones are, roughly."""

    device, dtype = torch.device("cpu"), torch.float32

    def __init__(self, config: Any, channels: int) -> None:
        super().__init__()
        self.config = config
        generator = torch.Generator().manual_seed(1)
        self.mix = torch.randn(channels, 3, generator=generator)
        self.bn = torch.nn.BatchNorm2d(4 * channels).eval()

    def encode(self, picture: torch.Tensor) -> Any:
        frames = picture.ndim == 5
        mean = torch.nn.functional.avg_pool2d(picture[:, :, 0] if frames else picture, 8)
        latents = torch.einsum("cr,brhw->bchw", self.mix, mean)
        return SimpleNamespace(latents=latents.unsqueeze(2) if frames else latents)


@pytest.mark.parametrize("kind", ["sd15", "flux1-dev", "flux2-klein", "qwen-image"])
@torch.no_grad()
def test_a_preview_shows_the_colours(kind: str) -> None:
    """Of tiles whose latents the map was not fitted to."""
    painter = painter_of(tiny_pipelines.folder(kind))
    space = latent_space(painter.row)
    real = painter.source.load(painter.row.component("vae"))
    vae = StraightVae(real.config, 4)
    shown = measure(space, painter.row.packing, vae)
    colours = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(3))
    tiles = torch.nn.functional.interpolate(colours, scale_factor=32.0, mode="nearest")
    grid = space.encode(vae, tiles * 2 - 1)
    assert shown.channels == grid.shape[1]
    image = shown.picture(grid)
    assert image.shape == (16, 16, 3)
    assert image.dtype == np.float32
    found = image.reshape(4, 4, 4, 4, 3).mean(axis=(1, 3))
    assert np.abs(found - colours[0].permute(1, 2, 0).numpy()).max() < 0.02


# -- the machine -----------------------------------------------------------------------------------


def test_the_device() -> None:
    assert best_device() in ("cpu", "cuda", "mps")
    told = describe_accelerator()
    assert told.ready
    assert told.id == best_device()
    assert told.name


def test_the_libraries_keep_to_themselves() -> None:
    prepare_libraries(1)
    assert torch.get_num_threads() == 1
    assert transformers.logging.get_verbosity() == transformers.logging.ERROR
