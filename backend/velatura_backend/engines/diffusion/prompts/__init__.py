"""What artists write: weights, wildcards, LoRA tags, and what of it a text encoder can read."""

from __future__ import annotations

from .chunks import Chunks, Token, TrimmedText, chunked, trimmed
from .lora_tags import without_lora_tags
from .reading import ReadPrompt, read_prompt
from .weights import Piece, has_weights, parse, plain_text, written
from .wildcards import drawn

__all__ = [
    "Chunks",
    "Piece",
    "ReadPrompt",
    "Token",
    "TrimmedText",
    "chunked",
    "drawn",
    "has_weights",
    "parse",
    "plain_text",
    "read_prompt",
    "trimmed",
    "without_lora_tags",
    "written",
]
