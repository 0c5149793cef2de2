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
