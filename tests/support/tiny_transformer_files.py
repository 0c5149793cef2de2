"""Tiny transformers' files, some in the layout that they were first published in, and the folders
that hold the very same numbers."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from tests.support import tiny_pipelines

Tensors = dict[str, torch.Tensor]


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
