"""Tiny single files in the layout that checkpoints were first published in, and the folders that
hold the very same numbers."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import save_file

from tests.support import tiny_pipelines
from tests.support.tiny_pipelines import WIDTH

FILES = ("sd15", "sd15-inpaint", "sdxl")


@functools.cache
def pair(kind: str) -> tuple[Path, Path]:
    """The file and the folder of a pipeline, one of ``FILES``. What no tensor's shape tells is as
    the real ones have it: 32 to a group of a norm, 64 to a head of SDXL and CLIP."""
    folder = tiny_pipelines.folder(kind).parent / f"{kind}-published"
    torch.manual_seed(1)
    pipeline = tiny_pipelines.build(kind)
    is_xl = kind.startswith("sdxl")
    pipeline.unet = _unet(pipeline.unet, is_xl=is_xl)
    pipeline.vae = _vae(pipeline.vae)
    pipeline.text_encoder = _clip(pipeline.text_encoder)
    if is_xl:
        pipeline.text_encoder_2 = _clip(pipeline.text_encoder_2)
    pipeline.save_pretrained(folder, safe_serialization=True)
    file = folder.parent / f"{kind}-published.safetensors"
    save_file({name: each.contiguous() for name, each in _published(pipeline, is_xl)}, file)
    return file, folder


def _unet(given: Any, *, is_xl: bool) -> Any:
    config = dict(given.config) | {"norm_num_groups": 32}
    if is_xl:
        config |= {
            "attention_head_dim": [1, 1],
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": 6 * 256 + WIDTH,
        }
    return diffusers.UNet2DConditionModel.from_config(config).eval()


def _vae(given: Any) -> Any:
    config = dict(given.config) | {"norm_num_groups": 32, "block_out_channels": (32,) * 4}
    return diffusers.AutoencoderKL.from_config(config).eval()


def _clip(given: Any) -> Any:
    config = type(given.config)(**given.config.to_dict() | {"num_attention_heads": 1})
    return type(given)(config).eval()


def _published(pipeline: Any, is_xl: bool) -> Iterator[tuple[str, torch.Tensor]]:
    yield from published_unet(pipeline.unet)
    yield from published_vae(pipeline.vae)
    if not is_xl:
        yield from _text(pipeline.text_encoder, "cond_stage_model.transformer.text_model.")
        return
    yield from _text(pipeline.text_encoder, "conditioner.embedders.0.transformer.text_model.")
    yield from _open_clip(pipeline.text_encoder_2, "conditioner.embedders.1.model.")


# -- the UNet --------------------------------------------------------------------------------------

_RESNET = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
)
_UNET_ENDS = (
    ("time_embedding.linear_1", "time_embed.0"),
    ("time_embedding.linear_2", "time_embed.2"),
    ("add_embedding.linear_1", "label_emb.0.0"),
    ("add_embedding.linear_2", "label_emb.0.2"),
    ("conv_in", "input_blocks.0.0"),
    ("conv_norm_out", "out.0"),
    ("conv_out", "out.2"),
)


def published_unet(unet: Any) -> Iterator[tuple[str, torch.Tensor]]:
    places = dict(_unet_places(unet))
    for name, tensor in unet.state_dict().items():
        stem = next(each for each in places if name.startswith(f"{each}."))
        rest = name[len(stem) + 1 :]
        if ".resnets." in f".{stem}.":
            for theirs, ours in _RESNET:
                if rest.startswith(f"{theirs}."):
                    rest = rest.replace(theirs, ours, 1)
                    break
        yield f"model.diffusion_model.{places[stem]}.{rest}", tensor


def _unet_places(unet: Any) -> Iterator[tuple[str, str]]:
    """Each part's place in the published numbering."""
    yield from _UNET_ENDS
    number = 1
    for level, block in enumerate(unet.down_blocks):
        for index in range(len(block.resnets)):
            yield f"down_blocks.{level}.resnets.{index}", f"input_blocks.{number}.0"
            yield f"down_blocks.{level}.attentions.{index}", f"input_blocks.{number}.1"
            number += 1
        if block.downsamplers:
            yield f"down_blocks.{level}.downsamplers.0.conv", f"input_blocks.{number}.0.op"
            number += 1
    yield "mid_block.resnets.0", "middle_block.0"
    yield "mid_block.attentions.0", "middle_block.1"
    yield "mid_block.resnets.1", "middle_block.2"
    number = 0
    for level, block in enumerate(unet.up_blocks):
        attends = hasattr(block, "attentions")
        for index in range(len(block.resnets)):
            yield f"up_blocks.{level}.resnets.{index}", f"output_blocks.{number}.0"
            yield f"up_blocks.{level}.attentions.{index}", f"output_blocks.{number}.1"
            number += 1
        if block.upsamplers:
            place = f"output_blocks.{number - 1}.{2 if attends else 1}.conv"
            yield f"up_blocks.{level}.upsamplers.0.conv", place


# -- the VAE ---------------------------------------------------------------------------------------


def published_vae(vae: Any) -> Iterator[tuple[str, torch.Tensor]]:
    last = len(vae.config.block_out_channels) - 1
    for name, tensor in vae.state_dict().items():
        ours = name
        for level in range(last + 1):
            ours = ours.replace(f"down_blocks.{level}.", f"down.{level}.")
            ours = ours.replace(f"up_blocks.{level}.", f"up.{last - level}.")
        for theirs, published in _VAE:
            ours = ours.replace(theirs, published)
        attends = "mid.attn_1" in ours and tensor.ndim == 2
        yield f"first_stage_model.{ours}", tensor[..., None, None] if attends else tensor


_VAE = (
    ("mid_block.resnets.0", "mid.block_1"),
    ("mid_block.resnets.1", "mid.block_2"),
    ("mid_block.attentions.0", "mid.attn_1"),
    ("resnets.", "block."),
    ("downsamplers.0.conv", "downsample.conv"),
    ("upsamplers.0.conv", "upsample.conv"),
    ("conv_shortcut", "nin_shortcut"),
    ("conv_norm_out", "norm_out"),
    ("group_norm", "norm"),
    ("to_q", "q"),
    ("to_k", "k"),
    ("to_v", "v"),
    ("to_out.0", "proj_out"),
)

# -- text encoders ---------------------------------------------------------------------------------


def _text(encoder: Any, prefix: str) -> Iterator[tuple[str, torch.Tensor]]:
    for name, tensor in encoder.state_dict().items():
        yield prefix + name.removeprefix("text_model."), tensor


_OPEN_CLIP = (
    ("encoder.layers.", "transformer.resblocks."),
    ("layer_norm1", "ln_1"),
    ("layer_norm2", "ln_2"),
    ("mlp.fc1", "mlp.c_fc"),
    ("mlp.fc2", "mlp.c_proj"),
    ("self_attn.out_proj", "attn.out_proj"),
    ("embeddings.token_embedding", "token_embedding"),
    ("embeddings.position_embedding.weight", "positional_embedding"),
    ("final_layer_norm", "ln_final"),
)


def _open_clip(encoder: Any, prefix: str) -> Iterator[tuple[str, torch.Tensor]]:
    state = {name.removeprefix("text_model."): each for name, each in encoder.state_dict().items()}
    yield f"{prefix}text_projection", state.pop("text_projection.weight").T
    joined: dict[str, list[torch.Tensor]] = {}
    for name, tensor in state.items():
        for part in ("q_proj", "k_proj", "v_proj"):
            if f"self_attn.{part}." in name:
                place = name.replace(f"self_attn.{part}.", "attn.in_proj_")
                joined.setdefault(place, [torch.empty(0)] * 3)["qkv".index(part[0])] = tensor
                break
        else:
            yield prefix + _renamed(name), tensor
    for name, parts in joined.items():
        yield prefix + _renamed(name), torch.cat(parts)


def _renamed(name: str) -> str:
    for theirs, ours in _OPEN_CLIP:
        name = name.replace(theirs, ours)
    return name
