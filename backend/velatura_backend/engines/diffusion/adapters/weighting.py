"""Weighted and long prompts for families whose text encoders are CLIP's (SD 1.5, SDXL).

Each chunk of 75 tokens is encoded by itself, and the chunks stand one after the other in what the
denoiser attends to. A token of weight w moves from what the encoder says of an empty text at its
place to what it says of the token, and w times as far: 0 is as if it were not there, 1 leaves every
bit as it is, more than 1 goes on in the same direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..prompts.chunks import Chunks, Token, chunked
from ..prompts.weights import parse
from .embeddings import EmbeddingBook, EmbeddingTokeniser, with_vectors

CHUNK_TOKENS = 75
MOST_CHUNKS = 4


@dataclass(frozen=True)
class ClipPart:
    """A text encoder with its tokenizer. ``skipped``: the denoiser was taught on the layer before
    the last (SDXL); otherwise on the last, normalised."""

    tokenizer: Any
    encoder: Any
    skipped: bool


@dataclass(frozen=True)
class _Encoded:
    """``hidden``: (1, chunks × 77, width). ``pooled``: (1, projection), or None."""

    hidden: Tensor
    pooled: Tensor | None

    def as_zeros(self) -> _Encoded:
        pooled = None if self.pooled is None else torch.zeros_like(self.pooled)
        return _Encoded(torch.zeros_like(self.hidden), pooled)


@dataclass(frozen=True)
class _Read:
    """``rows``: the vectors that ids below 0 stand for."""

    chunks: Chunks
    rows: Sequence[Tensor]


class WeightedText:
    """Stands in for a pipeline whose texts are to be encoded: has its ``encode_prompt`` and gives
    the same results for prompts without notation that fit one chunk."""

    def __init__(self, pipeline: Any, book: EmbeddingBook) -> None:
        second = getattr(pipeline, "text_encoder_2", None)
        self.tokenizer = pipeline.tokenizer
        self._parts = [ClipPart(pipeline.tokenizer, pipeline.text_encoder, second is not None)]
        if second is not None:
            self._parts.append(ClipPart(pipeline.tokenizer_2, second, True))
        self._blank_is_zero = bool(pipeline.config.get("force_zeros_for_empty_prompt", False))
        self._book = book

    def encode_prompt(
        self,
        prompt: str,
        device: Any,
        negative_prompt: str | None = None,
        do_classifier_free_guidance: bool = True,
        prompt_2: str | None = None,
    ) -> tuple[Tensor | None, ...]:
        """As the library's: embeddings of the prompt and of what is avoided, with the pooled ones
        behind them where there are two encoders. ``prompt_2`` None: the same as ``prompt``.

        :raises ModelDamaged: an embedding that the prompt names cannot be used
        """
        wanted = self._read((prompt, prompt_2 or prompt))
        against = self._read((negative_prompt or "",) * 2) if do_classifier_free_guidance else []
        length = max(len(each.chunks.chunks) for each in (*wanted, *against))
        found = self._encoded(wanted, length, device)
        other = self._encoded(against, length, device) if against else None
        if other is not None and negative_prompt is None and self._blank_is_zero:
            other = other.as_zeros()
        hidden = (found.hidden, other.hidden if other else None)
        if len(self._parts) == 1:
            return hidden
        return (*hidden, found.pooled, other.pooled if other else None)

    def _read(self, texts: Sequence[str]) -> list[_Read]:
        return [
            _read(part, text, self._book) for part, text in zip(self._parts, texts, strict=False)
        ]

    def _encoded(self, texts: Sequence[_Read], length: int, device: Any) -> _Encoded:
        """The encoders' answers side by side; the pooled one is the last encoder's."""
        parts = [
            _encoded(part, text, length, device)
            for part, text in zip(self._parts, texts, strict=True)
        ]
        hidden = torch.cat([each.hidden for each in parts], dim=-1)
        return _Encoded(hidden, parts[-1].pooled)

    def dropped_words(self, prompt: str) -> str:
        """The first words that no chunk has room for."""
        return _read(self._parts[0], prompt, self._book).chunks.dropped


def _read(part: ClipPart, text: str, book: EmbeddingBook) -> _Read:
    def tokenise(word: str) -> Sequence[int]:
        return part.tokenizer(word, add_special_tokens=False)["input_ids"]

    width = part.encoder.get_input_embeddings().weight.shape[1]
    tokeniser = EmbeddingTokeniser(tokenise, book, width)
    return _Read(chunked(parse(text), tokeniser, CHUNK_TOKENS, MOST_CHUNKS), tokeniser.rows)


def _encoded(part: ClipPart, text: _Read, length: int, device: Any) -> _Encoded:
    """In ``length`` chunks, those that the text has not being empty ones."""
    chunks = text.chunks.chunks + ((),) * (length - len(text.chunks.chunks))
    ids = torch.tensor([_ids(part.tokenizer, chunk) for chunk in chunks], device=device)
    with with_vectors(part.encoder, text.rows):
        hidden, pooled = _layers(part, ids)
    weights = torch.tensor([_weights(chunk) for chunk in chunks], device=device)
    if bool((weights != 1.0).any()):
        blank = torch.tensor([_ids(part.tokenizer, ())], device=device)
        hidden = _weighted(hidden, _layers(part, blank)[0], weights)
    flat = hidden.reshape(1, -1, hidden.shape[-1])
    return _Encoded(flat, None if pooled is None else pooled[:1])


def _weighted(hidden: Tensor, blank: Tensor, weights: Tensor) -> Tensor:
    factor = weights.to(hidden.dtype)[..., None]
    moved = blank + factor * (hidden - blank)
    return torch.where(factor == 1.0, hidden, moved)


def _layers(part: ClipPart, ids: Tensor) -> tuple[Tensor, Tensor | None]:
    told = part.encoder(ids, output_hidden_states=part.skipped)
    pooled = getattr(told, "text_embeds", None)
    return (told.hidden_states[-2] if part.skipped else told.last_hidden_state), pooled


def _ids(tokenizer: Any, chunk: Sequence[Token]) -> list[int]:
    ids = [tokenizer.bos_token_id, *(token.id for token in chunk), tokenizer.eos_token_id]
    return ids + [tokenizer.pad_token_id] * (CHUNK_TOKENS + 2 - len(ids))


def _weights(chunk: Sequence[Token]) -> list[float]:
    """Begin, end and padding are not weighted."""
    weights = [1.0, *(token.weight for token in chunk)]
    return weights + [1.0] * (CHUNK_TOKENS + 2 - len(weights))
