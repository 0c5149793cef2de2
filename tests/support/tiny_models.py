"""Tiny checkpoints, as the store tells of them."""

from __future__ import annotations

from pathlib import Path

from tests.support import tiny_pipelines
from velatura_backend.models.records import Family, InstalledModel, ModelForm, ModelKind, Variant

FAMILIES = {
    "sd15": (Family.SD15, Variant.BASE),
    "sd15-inpaint": (Family.SD15, Variant.INPAINT),
    "sdxl": (Family.SDXL, Variant.BASE),
    "sd3": (Family.SD3, Variant.BASE),
    "flux1-dev": (Family.FLUX1, Variant.BASE),
    "flux1-fill": (Family.FLUX1, Variant.INPAINT),
    "flux2-klein": (Family.FLUX2_KLEIN, Variant.BASE),
    "z-image": (Family.Z_IMAGE, Variant.BASE),
}


def checkpoint(kind: str, folder: Path | None = None) -> InstalledModel:
    family, variant = FAMILIES[kind]
    return InstalledModel(
        kind,
        kind,
        ModelKind.CHECKPOINT,
        family,
        folder or tiny_pipelines.folder(kind),
        ModelForm.FOLDER,
        variant=variant,
    )
