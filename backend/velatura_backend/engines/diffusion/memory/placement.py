"""A component as the memory plan wants it: number format, layout, where its weights lie, tiles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers.hooks.group_offloading import apply_group_offloading

from ..families.table import Stage
from .eight_bit import store_in_eight_bit
from .plan import TILE_SIDE, MemoryPlan

_KEPT_IN_FULL = ("norm", "embed", "shared", "lm_head", "proj_in$", "proj_out$", r"\bwo$", r"\bbn\b")
"""Names of what is not stored in 8 bit: few weights that much depends on; and T5's ``wo``, whose
dtype its own code looks at to choose that of its input."""


def form_of(stage: Stage, plan: MemoryPlan) -> str:
    """What is appended to a component's name, so that each form is a resident of its own."""
    if stage is Stage.PICTURE:
        return ""
    forms = (("half", plan.half), ("streamed", plan.streamed), ("eight_bit", plan.eight_bit))
    return "".join(f"+{name}" for name, on in forms if on)


def is_streamed(stage: Stage, plan: MemoryPlan) -> bool:
    return plan.streamed and stage is not Stage.PICTURE


def prepared(module: Any, stage: Stage, plan: MemoryPlan, device: str) -> Any:
    """``module`` as it was loaded, in the host's memory, made ready for ``device``."""
    on_gpu = torch.device(device).type == "cuda"
    if on_gpu and stage is not Stage.TEXT:
        # Tensor cores want channels last; transformers have next to no convolutions.
        module = module.to(memory_format=torch.channels_last)
    if stage is Stage.PICTURE:
        return module
    if plan.eight_bit:
        own = getattr(module, "_skip_layerwise_casting_patterns", None) or ()
        store_in_eight_bit(module, (*_KEPT_IN_FULL, *own))
    if plan.streamed:
        _stream(module, device)
    return module


def _stream(module: Any, device: str) -> None:
    """Layer by layer: by blocks a UNet's largest would be a quarter of it."""
    apply_group_offloading(
        module,
        onload_device=torch.device(device),
        offload_device=torch.device("cpu"),
        offload_type="leaf_level",
        use_stream=torch.device(device).type == "cuda",
        low_cpu_mem_usage=True,  # pinned while it is copied: all of it at once can be refused
    )


@contextmanager
def tiling(vae: Any, on: bool) -> Iterator[None]:
    """The VAE in overlapping tiles, whose size is ours, until the block ends."""
    if not on:
        yield
        return
    before = {name: getattr(vae, name) for name in _TILE_SETTINGS if hasattr(vae, name)}
    vae.enable_tiling()
    for name, value in _tile_sizes(vae).items():
        setattr(vae, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(vae, name, value)


_TILE_SETTINGS = (
    "use_tiling",
    "tile_sample_min_size",
    "tile_latent_min_size",
    "tile_sample_min_height",
    "tile_sample_min_width",
    "tile_sample_stride_height",
    "tile_sample_stride_width",
)


def _tile_sizes(vae: Any) -> dict[str, int]:
    """Under the names that this VAE has; a quarter of a tile overlaps the next one."""
    if hasattr(vae, "tile_sample_min_size"):
        factor = 2 ** (len(vae.config.block_out_channels) - 1)
        sizes = {"tile_sample_min_size": TILE_SIDE, "tile_latent_min_size": TILE_SIDE // factor}
    else:
        stride = TILE_SIDE * 3 // 4
        sizes = {
            "tile_sample_min_height": TILE_SIDE,
            "tile_sample_min_width": TILE_SIDE,
            "tile_sample_stride_height": stride,
            "tile_sample_stride_width": stride,
        }
    return {name: value for name, value in sizes.items() if hasattr(vae, name)}
