"""Tiny autoencoders: read from folders and files, and fitting the latents they are shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import save_file

from tests.support import tiny_pipelines
from tests.support.painting_desk import installed
from velatura_backend.engines.diffusion.loading.tiny_autoencoders import glanced, load_tiny
from velatura_backend.models.records import InstalledModel, ModelKind
from velatura_protocol.errors import ModelDamaged, Unsupported


@pytest.fixture
def folder() -> InstalledModel:
    return installed(tiny_pipelines.folder("taesd"))


@pytest.fixture
def file(tmp_path: Path) -> InstalledModel:
    torch.manual_seed(0)
    path = tmp_path / "taesd.safetensors"
    save_file(tiny_pipelines.build("taesd").state_dict(), path)
    return installed(path)


def test_they_are_told_by_their_tensors(folder: InstalledModel, file: InstalledModel) -> None:
    for model in (folder, file):
        assert (model.kind, model.detail) == (ModelKind.TINY_VAE, "4")


def test_a_file_is_the_network_of_the_folder(folder: InstalledModel, file: InstalledModel) -> None:
    grid = torch.randn(1, 4, 6, 5, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        wanted, found = (glanced(load_tiny(each, 4), grid) for each in (folder, file))
    assert wanted.shape == (48, 40, 3)
    assert wanted.dtype == np.float32
    assert 0.0 <= wanted.min() < wanted.max() <= 1.0
    np.testing.assert_array_equal(found, wanted)


def test_half_precision_on_the_disk(file: InstalledModel, tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    state = tiny_pipelines.build("taesd").state_dict()
    save_file({name: each.half() for name, each in state.items()}, path)
    assert load_tiny(installed(path), 4).dtype is torch.float32


def test_it_is_for_latents_of_its_own_number_of_channels(folder: InstalledModel) -> None:
    with pytest.raises(Unsupported, match="count=4, wanted=16"):
        load_tiny(folder, 16)


def test_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    state = tiny_pipelines.build("taesd").state_dict()
    state.pop("decoder.layers.2.conv.0.weight")
    save_file(state, path)
    with pytest.raises(ModelDamaged):
        load_tiny(installed(path), 4)
