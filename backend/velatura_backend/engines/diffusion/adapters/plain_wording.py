"""Prompts for families whose text encoders are language models: they take no weights."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..prompts.weights import plain_text


class PlainWording:
    """Stands in for a pipeline whose texts are to be encoded, and takes the notation out of them:
    a language model would read the brackets as a part of the sentence."""

    def __init__(self, pipeline: Any, dropped: Callable[[str], str]) -> None:
        self._pipeline = pipeline
        self._dropped = dropped
        self.encode_prompt = _without_notation(pipeline.encode_prompt)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_pipeline"], name)

    def dropped_words(self, prompt: str) -> str:
        """The first words that are beyond the encoder's limit."""
        return self._dropped(plain_text(prompt))


def _without_notation(encode: Callable[..., Any]) -> Callable[..., Any]:
    """``encode``, as what it is taken for: callers look at its signature."""

    @functools.wraps(encode)
    def encoded(prompt: str, negative_prompt: str | None = None, **options: Any) -> Any:
        if negative_prompt is not None:
            options["negative_prompt"] = plain_text(negative_prompt)
        return encode(prompt=plain_text(prompt), **options)

    return encoded
