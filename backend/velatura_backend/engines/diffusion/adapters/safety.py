"""The local safety filter: a network that tells whether a result is explicit.

Off unless it is switched on, and then nothing is shown in place of what it holds back: the job says
so. It is the checker that was published with Stable Diffusion: a picture is held back where CLIP
sees it closer to one of 17 concepts than that concept's threshold allows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from velatura_protocol.errors import Withheld

from ....models.records import InstalledModel, ModelKind
from ...resources import EngineResources
from ..loading.parts import residency_of
from ..painting.contract import RgbImage
from .files import unreadable
from .missing import no_safety
from .references import clip_picture

_STRICTER = 0.01
"""What thresholds are lowered by once a concept that calls for care is seen."""


@torch.inference_mode()
def screen(image: RgbImage, resources: EngineResources, check: Callable[[], None]) -> None:
    """:raises Withheld: the picture is taken for explicit
    :raises NoModel: no filter is installed, so nothing can be promised
    """
    filters = resources.models.of(ModelKind.SAFETY)
    if not filters:
        raise no_safety()
    load = functools.partial(_load, filters[0])
    with residency_of(resources).use(filters[0].id, "safety", load, check=check) as network:
        side = network.config.vision_config.image_size
        picture = clip_picture(image, side).to(resources.device)
        explicit = is_explicit(network, picture)
    if explicit:
        raise Withheld()


def is_explicit(network: Any, picture: Tensor) -> bool:
    """``picture``: (1, 3, side, side), normalised as CLIP takes it."""
    seen = network.visual_projection(network.vision_model(picture)[1])
    care = _likeness(seen, network.special_care_embeds) - network.special_care_embeds_weights
    stricter = _STRICTER if bool((care > 0.0).any()) else 0.0
    concepts = _likeness(seen, network.concept_embeds) - network.concept_embeds_weights
    return bool((concepts + stricter > 0.0).any())


def _likeness(seen: Tensor, concepts: Tensor) -> Tensor:
    return torch.nn.functional.cosine_similarity(seen, concepts, dim=1)


def _load(model: InstalledModel) -> Any:
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

    try:
        return StableDiffusionSafetyChecker.from_pretrained(
            model.location, local_files_only=True, use_safetensors=True, torch_dtype=torch.float32
        ).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise unreadable(model, error) from error
