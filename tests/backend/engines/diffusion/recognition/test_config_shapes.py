"""Configurations read off shapes are those the networks were made with."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("diffusers")

from tests.support import (
    tiny_files,
    tiny_pipelines,
    tiny_texts,
    tiny_transformer_files,
    tiny_vaes,
)
from velatura_backend.engines.diffusion.families.table import row_of
from velatura_backend.engines.diffusion.recognition.config_shapes import configuration
from velatura_backend.engines.diffusion.recognition.model_file import recognise
from velatura_backend.engines.diffusion.recognition.tensor_names import TensorNames, names_in_file
from velatura_backend.engines.diffusion.recognition.unet_shapes import (
    Level,
    _levels,
    unet_configuration,
)
from velatura_backend.models.records import Family, Variant
from velatura_backend.models.safetensors_header import Tensor

SD15 = row_of(Family.SD15, Variant.BASE)


def of_network(network: Any) -> TensorNames:
    shapes = {n: Tensor("F32", tuple(t.shape), 0, 0) for n, t in network.state_dict().items()}
    return TensorNames(shapes)


@pytest.mark.parametrize("kind", tiny_files.FILES)
def test_unets(kind: str) -> None:
    file, folder = tiny_files.pair(kind)
    told = recognise(file)
    found = unet_configuration(names_in_file(file), row_of(told.family, told.variant))
    pipeline: Any = __import__("diffusers").UNet2DConditionModel.load_config(folder / "unet")
    for key in (
        "in_channels", "out_channels", "block_out_channels", "layers_per_block",
        "down_block_types", "up_block_types", "cross_attention_dim", "use_linear_projection",
        "addition_embed_type", "addition_time_embed_dim",
        "projection_class_embeddings_input_dim",
    ):  # fmt: skip
        assert found.get(key) == pipeline.get(key), key


def test_levels_without_attention() -> None:
    assert _levels(of_network(tiny_pipelines.unet())) == [Level(32, 1, 0), Level(64, 1, 1)]


@pytest.mark.parametrize("kind", tiny_transformer_files.TRANSFORMERS)
def test_transformers(kind: str) -> None:
    file, folder = tiny_transformer_files.transformer_pair(kind)
    told = recognise(file)
    row = row_of(told.family, told.variant)
    make = row.component("transformer").make[0]
    found = configuration(make, names_in_file(file), row)
    network: Any = getattr(__import__("diffusers"), make)
    real = network.load_config(folder / "transformer")
    for key, value in found.items():
        if key not in ("sample_size",):
            assert real.get(key) in (value, None) or list(real[key]) == list(value), key


@pytest.mark.parametrize(
    ("make", "network"),
    [
        ("AutoencoderKL", tiny_vaes.vae),
        ("AutoencoderKLFlux2", tiny_vaes.flux2_vae),
        ("T5EncoderModel", lambda: tiny_texts.t5()[1]),
        ("Qwen3ForCausalLM", lambda: tiny_texts.qwen3(2)),
        ("CLIPTextModel", lambda: tiny_texts.clip_text(tiny_texts.clip_tokenizer())),
    ],
)
def test_single_components(make: str, network: Any) -> None:
    made = network()
    found = configuration(make, of_network(made), SD15)
    config = made.config
    keys = {
        "latent_channels", "block_out_channels", "layers_per_block", "use_quant_conv",
        "vocab_size", "d_model", "num_layers", "d_ff", "hidden_size", "intermediate_size",
        "num_hidden_layers", "num_key_value_heads", "head_dim", "max_position_embeddings",
        "projection_dim", "eos_token_id",
    }  # fmt: skip
    compared = keys & set(found) - ({"max_position_embeddings"} if "Qwen" in make else set())
    assert compared
    for key in compared:
        real = config[key] if isinstance(config, dict) else getattr(config, key)
        assert found[key] == (list(real) if isinstance(real, tuple) else real), key


def test_what_nothing_is_known_of() -> None:
    with pytest.raises(KeyError):
        configuration("Other", TensorNames({}), SD15)
