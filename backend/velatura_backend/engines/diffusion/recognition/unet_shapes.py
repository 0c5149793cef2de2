"""A UNet's configuration from its tensors, in the layout of its first publication or the library's.

The published layout numbers all blocks of the way down through: residual blocks, with or without
attention, and a lone convolution where a level ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..families.table import FamilyRow
from .tensor_names import TensorNames

_TIME_WIDTH = 256
"""Numbers to each of the six sizes that SDXL is told."""
_HEADS = 8
_HEAD = 64


@dataclass(frozen=True)
class Level:
    """``depth``: transformer blocks in each attention, 0 without attention."""

    channels: int
    resnets: int
    depth: int


def unet_configuration(names: TensorNames, row: FamilyRow) -> dict[str, Any]:
    """Sizes as the row's models have them, where no shape tells."""
    inner = names.denoiser
    published = inner.has("input_blocks.0.0.weight")
    levels = _published_levels(inner) if published else _levels(inner)
    stem = inner.shape("input_blocks.0.0.weight" if published else "conv_in.weight")
    last = inner.shape("out.2.weight" if published else "conv_out.weight")
    context = next(inner.ending("attn2.to_k.weight"))[1]
    linear = len(next(inner.ending("proj_in.weight"))[1]) == 2
    told = inner.shape("label_emb.0.0.weight") or inner.shape("add_embedding.linear_1.weight")
    config = {
        "sample_size": 128 if told else 64,
        "in_channels": stem[1],
        "out_channels": last[0],
        "block_out_channels": [each.channels for each in levels],
        "layers_per_block": levels[0].resnets,
        "down_block_types": [_kind(each, "Down") for each in levels],
        "up_block_types": [_kind(each, "Up") for each in reversed(levels)],
        "transformer_layers_per_block": [max(1, each.depth) for each in levels],
        "cross_attention_dim": context[1],
        "use_linear_projection": linear,
        "attention_head_dim": [max(1, e.channels // _HEAD) for e in levels] if told else _HEADS,
    }
    return config | (_sizes_told(told[1]) if told else {})


def _sizes_told(taken: int) -> dict[str, Any]:
    return {
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": _TIME_WIDTH,
        "projection_class_embeddings_input_dim": taken,
    }


def _kind(level: Level, way: str) -> str:
    return f"CrossAttn{way}Block2D" if level.depth else f"{way}Block2D"


def _published_levels(inner: TensorNames) -> list[Level]:
    levels: list[Level] = []
    channels = resnets = depth = 0
    for number in range(1, inner.count("input_blocks.")):
        block = f"input_blocks.{number}."
        if inner.has(f"{block}0.op.weight"):
            levels.append(Level(channels, resnets, depth))
            resnets = depth = 0
            continue
        channels = inner.shape(f"{block}0.in_layers.2.weight")[0]
        depth = inner.count(f"{block}1.transformer_blocks.")
        resnets += 1
    return [*levels, Level(channels, resnets, depth)]


def _levels(inner: TensorNames) -> list[Level]:
    return [
        Level(
            inner.shape(f"down_blocks.{n}.resnets.0.conv1.weight")[0],
            inner.count(f"down_blocks.{n}.resnets."),
            inner.count(f"down_blocks.{n}.attentions.0.transformer_blocks."),
        )
        for n in range(inner.count("down_blocks."))
    ]
