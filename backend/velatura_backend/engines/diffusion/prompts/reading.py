"""From what stands in the prompt field to what a painter is told."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..painting.contract import Lora, Wording
from .lora_tags import without_lora_tags
from .wildcards import drawn


@dataclass(frozen=True)
class ReadPrompt:
    """``wording`` has no wildcards and LoRA tags left; ``loras`` is what the tags asked for."""

    wording: Wording
    loras: tuple[Lora, ...] = ()


def read_prompt(prompt: str, avoid: str, seed: int) -> ReadPrompt:
    """Wildcards drawn by the seed, LoRA tags taken out (those of ``avoid`` are dropped).

    :raises BadTask: a LoRA tag's weight is not a number
    """
    random = Random(seed)
    text, loras = without_lora_tags(drawn(prompt, random))
    avoided, _ = without_lora_tags(drawn(avoid, random))
    return ReadPrompt(Wording(text.strip(), avoided.strip()), loras)
