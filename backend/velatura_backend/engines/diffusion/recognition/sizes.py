"""What a model weighs and what it takes to run, read from headers and configurations alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from velatura_protocol.errors import VelaturaError

from ....models.safetensors_header import read_header
from ..families.table import Component, FamilyRow, PictureInput, Stage
from ..memory.plan import Appetite, ModelSize, Part, Pass
from ..painting.contract import PaintRequest

# Values alive at once, of the classes at their real sizes and three areas each, counted without
# computing anything (tests/benchmarks/diffusion, --appetite); attention as fused kernels do it.
_UNET_VALUES = 27.0
"""For each latent and channel of the first block: 26.0 in SD 1.5, 15.8 in SDXL."""
_TRANSFORMER_VALUES = 22.0
"""For each token and channel: 12.5 in SD 3, 14.2 in Qwen-Image, 15.9 in Z-Image, 17.3 in FLUX.1,
21.8 in FLUX.2 klein."""
_VAE_VALUES = 6.0
"""For each pixel and channel of the block nearest to it: two pictures of twice that width and two
of the width itself, while the last but one block works."""
_CAUSAL_VAE_VALUES = 18.1
"""The same of a VAE with a time axis, whose convolutions are padded in a copy (Qwen-Image)."""
_PIXELS_PER_LATENT = 64
_PIXELS_PER_TOKEN = 256
_TEXT_TOKENS = 512
_MARGIN = 1.2
"""Workspaces of convolutions, fragments of the allocator."""

Config = Mapping[str, Any]


@dataclass(frozen=True)
class Outline:
    """A component, told from headers: its configuration as diffusers writes it, empty where nobody
    asks for it, and how many values it has."""

    config: Config
    values: int


def size_of(row: FamilyRow, outline: Callable[[Component], Outline | None]) -> ModelSize | None:
    """None where files do not tell: what is wrong with them is for loading to say, which looks
    closer."""
    try:
        told = {each: outline(each) for each in row.components if each.library != "own"}
        denoiser = told[row.component(row.denoiser)]
        vae = next(told[each] for each in row.of_stage(Stage.PICTURE))
        if denoiser is None or vae is None:
            return None
        appetite = appetite_of(denoiser.config, vae.config)
    except (VelaturaError, OSError, KeyError, IndexError, ValueError):
        return None
    found = ((each, outline.values) for each, outline in told.items() if outline is not None)
    parts = tuple(Part(each.name, each.stage, values) for each, values in found if values)
    return ModelSize(parts, appetite)


def folder_outline(folder: Path) -> Outline | None:
    """Of a component's folder; None if there is none.

    :raises velatura_protocol.errors.UnreadableFile: its weights are no safetensors
    """
    if not folder.is_dir():
        return None
    config = folder / "config.json"
    told = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    return Outline(told, sum(map(values_in, _weights(folder))))


def pass_of(request: PaintRequest, row: FamilyRow, *, guided: bool) -> Pass:
    """Pictures that a model looks at are as many tokens more, and so are layers."""
    pixels = request.height * request.width * (1 + (request.layers or row.layers))
    if row.picture_input is not PictureInput.NONE:
        seen = [each.image for each in request.references]
        seen += [request.image] if request.image is not None else []
        pixels += sum(min(each.shape[0] * each.shape[1], row.sizes.native) for each in seen)
    return Pass(pixels, 2 if guided else 1)


def appetite_of(denoiser: Config, vae: Config) -> Appetite:
    """Of the two components' configurations, as diffusers writes them."""
    if "down_block_types" in denoiser:
        step = _UNET_VALUES * denoiser["block_out_channels"][0] / _PIXELS_PER_LATENT
        text = 0.0
    else:
        width = _width(denoiser)
        step = _TRANSFORMER_VALUES * width / _PIXELS_PER_TOKEN
        text = _TRANSFORMER_VALUES * width * _TEXT_TOKENS
    if "base_dim" in vae:
        picture = _CAUSAL_VAE_VALUES * vae["base_dim"]
    else:
        picture = _VAE_VALUES * vae["block_out_channels"][0]
    return Appetite(_MARGIN * step, _MARGIN * picture, _MARGIN * text)


def _width(transformer: Config) -> int:
    if "dim" in transformer:
        return int(transformer["dim"])
    return int(transformer["num_attention_heads"]) * int(transformer["attention_head_dim"])


def _weights(folder: Path) -> list[Path]:
    """A folder may have each file in a second precision as well, which is not what is loaded."""
    files = sorted(folder.glob("*.safetensors"))
    return [each for each in files if ".fp16" not in each.name] or files


def values_in(file: Path) -> int:
    """:raises velatura_protocol.errors.UnreadableFile: it is no safetensors file"""
    return sum(prod(tensor.shape) for tensor in read_header(file).tensors.values())
