"""Control networks for transformers, from one file: what it does not tell is as in the denoiser."""

from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

import torch
from safetensors.torch import load_file, save_file

from tests.support import tiny_adapters as made
from tests.support import tiny_pipelines
from velatura_backend.engines.diffusion.adapters.control.networks import load_control
from velatura_backend.engines.diffusion.adapters.control.shapes import config_of
from velatura_backend.engines.diffusion.recognition.model_file import recognise
from velatura_backend.models.records import Family, ModelKind

# The library's own classes use its own old names.
pytestmark = pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning")


def control(path, family):
    return made.installed(path, ModelKind.CONTROL, family)


@pytest.mark.parametrize(
    ("base", "union"),
    [("flux1-dev", False), ("flux1-dev", True), ("sd3", False), ("qwen-image", False),
     ("z-image", False)],
)  # fmt: skip
def test_a_file_for_a_transformer_is_the_network_it_was_written_from(tmp_path, base, union):
    torch.manual_seed(0)
    denoiser = tiny_pipelines.build(base).transformer
    path = made.control_file(tmp_path / "net.safetensors", base, union=union)
    told = recognise(path)
    assert told.kind is ModelKind.CONTROL
    assert (told.detail == "union") is (union or base == "z-image")
    network = load_control(control(path, told.family), denoiser)
    tensors = load_file(path)
    assert network.state_dict().keys() == tensors.keys()
    assert all(torch.equal(tensors[name], each) for name, each in network.state_dict().items())
    folder = made.control_folder(tmp_path / "folder", base, union=union)
    wanted = load_control(control(folder, told.family), denoiser).config
    for name, value in wanted.items():
        if not name.startswith("_") and name not in LOOSE:
            assert _plain(network.config[name]) == _plain(value), name


LOOSE = {"force_zeros_for_pooled_projection", "control_refiner_layers_places"}
"""Told to pipelines alone, or counted another way where it makes no difference."""


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def test_second_z_image_networks_are_told_by_what_was_taught(tmp_path):
    denoiser = tiny_pipelines.build("z-image").transformer
    path = made.control_file(tmp_path / "net.safetensors", "z-image")
    tensors = load_file(path)
    assert config_of(tensors, denoiser)[1]["add_control_noise_refiner"] is None
    width = denoiser.config.dim
    taught = tensors | {
        "control_noise_refiner.0.after_proj.weight": torch.ones(width, width),
        "control_noise_refiner.0.before_proj.weight": torch.ones(width, width),
    }
    assert config_of(taught, denoiser)[1]["add_control_noise_refiner"] == "control_noise_refiner"
    taught["control_noise_refiner.0.before_proj.weight"].zero_()
    assert config_of(taught, denoiser)[1]["add_control_noise_refiner"] == "control_layers"
    save_file(taught, path)
    network = load_control(control(path, Family.Z_IMAGE), denoiser)
    assert network.control_noise_refiner is None
