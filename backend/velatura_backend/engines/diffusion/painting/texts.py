"""Prompts as embeddings, remembered: the same words for the same model are encoded once."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from ..families.table import TextPlan
from ..memory.caches import ByteCache
from .contract import Notice, Wording

Embeddings = Mapping[str, Any]
"""Arguments of a pipeline's call."""


@dataclass(frozen=True)
class EncodedText:
    embeddings: Embeddings
    notices: tuple[Notice, ...] = ()


class TextCache(ByteCache[EncodedText]):
    """By whatever tells them apart."""

    def __init__(self) -> None:
        super().__init__(64 << 20)


@dataclass(frozen=True)
class TextEncoding:
    """``contrast``: the avoided text is encoded as well. ``picture``: what a text encoder that sees
    pictures is shown."""

    pipeline: Any
    plan: TextPlan
    device: str
    contrast: bool
    picture: Any = None

    def encode(self, wording: Wording) -> EncodedText:
        with torch.inference_mode():
            found = self._encode(wording)
        return EncodedText(found, self._notices(wording.prompt))

    def _encode(self, wording: Wording) -> dict[str, Any]:
        if self.plan.paired:
            return self._named(self._call(wording.prompt, wording.avoid), "")
        found = self._named(self._call(wording.prompt, None), "")
        if self.contrast:
            found |= self._named(self._call(wording.avoid, None), "negative_")
        return found

    def _call(self, prompt: str, avoid: str | None) -> tuple[Any, ...]:
        options: dict[str, Any] = {name: None for name in self.plan.further_prompts}
        if avoid is not None:
            # No text and an empty one differ: SDXL was trained to see zeros for no text.
            options["negative_prompt"] = avoid or None
            options["do_classifier_free_guidance"] = self.contrast
        if self.plan.length:
            options["max_sequence_length"] = self.plan.length
        if self.plan.sees_picture:
            options["image"] = self.picture
        options |= {"prompt": prompt, "device": self.device, "num_images_per_prompt": 1}
        encode = self.pipeline.encode_prompt
        taken = inspect.signature(encode).parameters
        return encode(**{name: value for name, value in options.items() if name in taken})

    def _named(self, outputs: tuple[Any, ...], prefix: str) -> dict[str, Any]:
        return {
            prefix + name: output
            for name, output in zip(self.plan.outputs, outputs, strict=True)
            if name and output is not None
        }

    def _notices(self, prompt: str) -> tuple[Notice, ...]:
        dropped = self.pipeline.dropped_words(prompt)
        return (Notice("prompt_truncated", dropped),) if dropped else ()


def for_each(embeddings: Embeddings, count: int) -> dict[str, Any]:
    """The same for so many pictures at once: tensors have a place for each, lists an entry."""
    return {name: _repeated(value, count) for name, value in embeddings.items()}


def _repeated(value: Any, count: int) -> Any:
    if isinstance(value, torch.Tensor):
        return value.repeat(count, *(1,) * (value.ndim - 1)) if count > 1 else value
    return list(value) * count if isinstance(value, (list, tuple)) else value


def dropped_words(tokenizer: Any, prompt: str, plan: TextPlan) -> str:
    """The part of the prompt that the encoder does not read."""
    marks = len(tokenizer("")["input_ids"])
    told = tokenizer(prompt, add_special_tokens=False, return_offsets_mapping=True)
    room = plan.tokens - marks
    offsets = told["offset_mapping"]
    return prompt[offsets[room][0] :].strip() if len(offsets) > room else ""
