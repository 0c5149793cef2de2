"""The tiny model in the library's own pipeline, with nothing of ours: what it can do at all."""

# The libraries' annotations are narrower than what they take, and export little.
# pyright: reportArgumentType=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionInpaintPipeline
from numpy.typing import NDArray

from tests.models.asked import Asked

MODEL = Path(__file__).parent / "tiny_inpaint"
STEPS = 20
GUIDANCE = 5.0
TOGETHER = 10


@cache
def bare_pipeline(folder: Path = MODEL) -> Any:
    """Loaded once, in single precision: half is slow or missing on a CPU."""
    torch.set_num_threads(1)
    pipeline = StableDiffusionInpaintPipeline.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True, safety_checker=None
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@dataclass(frozen=True, slots=True)
class Settings:
    """How the pipeline is run; the defaults are the model's own."""

    steps: int = STEPS
    guidance: float = GUIDANCE
    strength: float = 1.0
    prompts: bool = True
    inverted: bool = False


def _some(pipeline: Any, asked: Sequence[Asked], settings: Settings) -> NDArray[np.float32]:
    pictures = np.stack([one.picture() for one in asked])
    masks = np.stack([one.mask() ^ settings.inverted for one in asked])[:, None]
    made = pipeline(
        prompt=[one.sentence if settings.prompts else "" for one in asked],
        image=torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255,
        mask_image=torch.from_numpy(masks.astype(np.float32)),
        height=pictures.shape[1],
        width=pictures.shape[2],
        num_inference_steps=settings.steps,
        guidance_scale=settings.guidance,
        strength=settings.strength,
        generator=[torch.Generator().manual_seed(one.seed) for one in asked],
        output_type="np",
    )
    return made.images


def painted(
    pipeline: Any, asked: Sequence[Asked], settings: Settings = Settings()
) -> list[NDArray[np.uint8]]:
    """``(height, width, 3)`` for each request."""
    made = [
        _some(pipeline, asked[start : start + TOGETHER], settings)
        for start in range(0, len(asked), TOGETHER)
    ]
    return [np.rint(picture * 255).astype(np.uint8) for some in made for picture in some]
