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

Tensors = dict[str, torch.Tensor]

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


# -- transformers ----------------------------------------------------------------------------------

TRANSFORMERS = ("flux2-klein", "z-image", "flux1-dev", "flux1-fill", "sd3", "qwen-image")


@functools.cache
def transformer_pair(kind: str) -> tuple[Path, Path]:
    """A transformer's file and the folder of the pipeline it is from. Heads are as wide as the real
    ones'; FLUX.2 and Z-Image under the names they were published with, inside a wrapper."""
    folder = tiny_pipelines.folder(kind).parent / f"{kind}-published"
    torch.manual_seed(2)
    pipeline = tiny_pipelines.build(kind)
    wide = dict(pipeline.transformer.config) | _REAL_HEADS[kind]
    pipeline.transformer = type(pipeline.transformer).from_config(wide).eval()
    pipeline.save_pretrained(folder, safe_serialization=True)
    file = folder.parent / f"{kind}-transformer.safetensors"
    rename = {"flux2-klein": _published_flux2, "z-image": _published_z_image}.get(kind)
    state = dict(pipeline.transformer.state_dict())
    if rename is not None:
        state = {f"model.diffusion_model.{name}": each for name, each in rename(state)}
    save_file({name: each.contiguous().clone() for name, each in state.items()}, file)
    return file, folder


_FLUX_HEADS = {"attention_head_dim": 128, "num_attention_heads": 1}
_REAL_HEADS: dict[str, dict[str, Any]] = {
    "flux2-klein": _FLUX_HEADS | {"axes_dims_rope": (32, 32, 32, 32)},
    "flux1-dev": _FLUX_HEADS | {"axes_dims_rope": (16, 56, 56)},
    "flux1-fill": _FLUX_HEADS | {"axes_dims_rope": (16, 56, 56)},
    "qwen-image": _FLUX_HEADS | {"axes_dims_rope": (16, 56, 56)},
    "sd3": {"attention_head_dim": 64, "num_attention_heads": 1, "caption_projection_dim": 64},
    "z-image": {
        "dim": 128, "n_heads": 1, "n_kv_heads": 1, "axes_dims": [32, 48, 48],
        "axes_lens": [1536, 512, 512],
    },
}  # fmt: skip


def _published_z_image(state: Tensors) -> Iterator[tuple[str, torch.Tensor]]:
    for name, tensor in state.items():
        if ".attention.to_k." in name or ".attention.to_v." in name:
            continue
        if ".attention.to_q." in name:
            parts = [tensor, *(state[name.replace("to_q", each)] for each in ("to_k", "to_v"))]
            yield name.replace("to_q", "qkv"), torch.cat(parts)
            continue
        for theirs, ours in (
            ("all_final_layer.2-1.", "final_layer."),
            ("all_x_embedder.2-1.", "x_embedder."),
            ("attention.to_out.0.", "attention.out."),
            ("attention.norm_q.", "attention.q_norm."),
            ("attention.norm_k.", "attention.k_norm."),
        ):
            name = name.replace(theirs, ours)
        yield name, tensor


_FLUX2 = (
    ("x_embedder", "img_in"),
    ("context_embedder", "txt_in"),
    ("time_guidance_embed.timestep_embedder.linear_1", "time_in.in_layer"),
    ("time_guidance_embed.timestep_embedder.linear_2", "time_in.out_layer"),
    ("modulation_img.linear", "modulation_img.lin"),
    ("modulation_txt.linear", "modulation_txt.lin"),
    ("single_stream_modulation.linear", "single_stream_modulation.lin"),
    ("single_transformer_blocks.", "single_blocks."),
    ("transformer_blocks.", "double_blocks."),
    ("attn.to_qkv_mlp_proj", "linear1"),
    ("attn.norm_added_q.weight", "txt_attn.norm.query_norm.scale"),
    ("attn.norm_added_k.weight", "txt_attn.norm.key_norm.scale"),
    ("attn.to_add_out", "txt_attn.proj"),
    ("ff_context.linear_in", "txt_mlp.0"),
    ("ff_context.linear_out", "txt_mlp.2"),
    ("ff.linear_in", "img_mlp.0"),
    ("ff.linear_out", "img_mlp.2"),
    ("proj_out", "final_layer.linear"),
    ("norm_out.linear", "final_layer.adaLN_modulation.1"),
)


def _published_flux2(state: Tensors) -> Iterator[tuple[str, torch.Tensor]]:
    for name, tensor in state.items():
        if any(f".{each}." in name for each in ("to_k", "to_v", "add_k_proj", "add_v_proj")):
            continue
        if name == "norm_out.linear.weight":
            tensor = torch.cat(tensor.chunk(2)[::-1])  # scale and shift change places
        single = name.startswith("single_")
        for first, others, ours in (
            ("attn.to_q.", ("attn.to_k.", "attn.to_v."), "img_attn.qkv."),
            ("attn.add_q_proj.", ("attn.add_k_proj.", "attn.add_v_proj."), "txt_attn.qkv."),
        ):
            if first in name:
                tensor = torch.cat([tensor, *(state[name.replace(first, e)] for e in others)])
                name = name.replace(first, ours)
        own = "" if single else "img_attn."
        for theirs, ours in (
            *_FLUX2,
            ("attn.norm_q.weight", f"{own}norm.query_norm.scale"),
            ("attn.norm_k.weight", f"{own}norm.key_norm.scale"),
            ("attn.to_out.0", "img_attn.proj"),
            ("attn.to_out", "linear2"),
        ):
            name = name.replace(theirs, ours)
        yield name, tensor


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
