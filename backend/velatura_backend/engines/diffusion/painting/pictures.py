"""Pictures that a pipeline looks at beside its latents: what to edit, and references."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ..families.table import FamilyRow, Packing, PictureInput
from .contract import PaintRequest, RgbImage


def picture_arguments(row: FamilyRow, request: PaintRequest) -> dict[str, Any]:
    """The pipeline's argument ``image``, where the family takes one and the request has one."""
    pictures = _pictures(row, request)
    if not pictures:
        return {}
    return {"image": pictures if row.picture_input is PictureInput.SEVERAL else pictures[0]}


def prompt_picture(row: FamilyRow, request: PaintRequest) -> Any:
    """What the text encoder is shown, None where it reads text alone."""
    if not row.text.sees_picture:
        return None
    pictures = _pictures(row, request)
    return pictures if row.picture_input is PictureInput.SEVERAL else pictures[0]


def _pictures(row: FamilyRow, request: PaintRequest) -> list[Image.Image]:
    if row.picture_input is PictureInput.NONE:
        return []
    found = [request.image] if request.instruction and request.image is not None else []
    if row.picture_input is PictureInput.SEVERAL:
        found += [each.image for each in request.references]
    if not found and row.only_edits:
        found = [_anything(request) if request.image is None else request.image]
    return [_picture(each, alpha=row.packing is Packing.LAYERS) for each in found]


def _anything(request: PaintRequest) -> RgbImage:
    """Models that only know how to edit are given an empty sheet to draw on."""
    return np.ones((request.height, request.width, 3), np.float32)


def _picture(image: RgbImage, *, alpha: bool) -> Image.Image:
    """Pipelines take them in 8 bit. They are looked at and never pasted: no sample of the result
    comes from here."""
    picture = Image.fromarray(np.round(np.clip(image, 0, 1) * 255).astype(np.uint8))
    return picture.convert("RGBA") if alpha else picture
