"""Tiny random adapters for the tiny pipelines, as files an artist would have.

Skip where torch is missing: ``pytest.importorskip("diffusers")`` before importing this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file

from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind


@dataclass
class Shelf:
    """Implements ``ModelShelf`` over a list."""

    models: tuple[InstalledModel, ...] = ()

    def all(self):
        return self.models

    def get(self, model_id):
        return next(each for each in self.models if each.id == model_id)

    def of(self, kind, family=None):
        return tuple(
            each
            for each in self.models
            if each.kind is kind and (family is None or each.family is family)
        )


def installed(path: Path, kind: ModelKind, family: Family, detail="", name="", **more):
    form = ModelForm.FOLDER if path.is_dir() else ModelForm.FILE
    name = name or path.stem
    return InstalledModel(path.stem, name, kind, family, path, form, detail=detail, **more)


def embedding_file(path: Path, widths=(32,), vectors=2, scale=1.0, seed=0) -> Path:
    """As diffusers writes it for one encoder, as kohya does for SDXL's two."""
    generator = torch.Generator().manual_seed(seed)
    names = ("emb_params",) if len(widths) == 1 else ("clip_l", "clip_g")
    save_file(
        {
            name: scale * torch.randn(vectors, width, generator=generator)
            for name, width in zip(names, widths, strict=True)
        },
        path,
    )
    return path


def lora_file(path: Path, pipeline, layout="kohya", *, text=True, rank=2, seed=0, strength=0.5):
    """Over the attention of the denoiser and, with ``text``, of the text encoders.

    ``kohya``: ``lora_unet_down_blocks_…``, ``diffusers``: ``unet.down_blocks…``, ``bare``: without
    the name in front.
    """
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, torch.Tensor] = {}
    denoiser = "unet" if getattr(pipeline, "unet", None) is not None else "transformer"
    wanted = [(denoiser, getattr(pipeline, denoiser), ("to_q", "to_k", "to_v", "to_out.0"))]
    if text:
        wanted += [
            (name, getattr(pipeline, name), ("q_proj", "v_proj", "out_proj"))
            for name in ("text_encoder", "text_encoder_2")
            if getattr(pipeline, name, None) is not None
        ]
    for name, network, layers in wanted:
        for inner, module in network.named_modules():
            if isinstance(module, torch.nn.Linear) and inner.endswith(layers):
                down = torch.randn(rank, module.in_features, generator=generator)
                up = strength * torch.randn(module.out_features, rank, generator=generator)
                _add_lora(tensors, layout, (name, inner), down, up)
    save_file(tensors, path)
    return path


_KOHYA = {"unet": "lora_unet", "text_encoder": "lora_te", "text_encoder_2": "lora_te2"}


def _add_lora(tensors, layout, place, down, up):
    name, inner = place
    if layout == "kohya":
        prefix = _KOHYA.get(name, "lora_unet")
        if name == "text_encoder":
            inner = f"text_model.{inner}"
        key = f"{prefix}_{inner.replace('.', '_')}"
        tensors[f"{key}.lora_down.weight"] = down
        tensors[f"{key}.lora_up.weight"] = up
        tensors[f"{key}.alpha"] = torch.tensor(float(down.shape[0]))
    else:
        key = inner if layout == "bare" else f"{name}.{inner}"
        tensors[f"{key}.lora_A.weight"] = down
        tensors[f"{key}.lora_B.weight"] = up
