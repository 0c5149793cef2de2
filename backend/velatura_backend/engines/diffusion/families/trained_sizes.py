"""Sizes of one pass: the family's, or in proportion those of a model trained at another side."""

from __future__ import annotations

import json
from dataclasses import replace

from ....models.records import InstalledModel, ModelForm
from .table import FamilyRow, Sizes


def trained_sizes(model: InstalledModel, row: FamilyRow) -> Sizes:
    """The row's sizes, scaled by what ``sample_size`` of a folder's UNet says.

    A model taught on 768 pixels a side repeats itself at 512, and one taught on 128 knows nothing
    of 512. Transformers are not asked: there the number is a capacity, not what was trained.
    """
    side = _trained_side(model, row)
    if side is None:
        return row.sizes
    sizes = row.sizes
    ratio = side**2 / sizes.native
    return replace(
        sizes,
        native=side**2,
        minimum=round(sizes.minimum * ratio),
        maximum=round(sizes.maximum * ratio),
        min_side=round(sizes.min_side * ratio**0.5),
        max_side=round(sizes.max_side * ratio**0.5),
    )


def _trained_side(model: InstalledModel, row: FamilyRow) -> int | None:
    """In pixels; None where nothing tells it. What else is wrong is for loading to say."""
    if model.form is not ModelForm.FOLDER:
        return None
    path = model.location / row.denoiser / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    side = config.get("sample_size") if isinstance(config, dict) else None
    if not isinstance(side, int) or side <= 0 or "down_block_types" not in config:
        return None
    return side * row.latent_factor
