"""Where adapters are put on a pipeline, and taken off again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ...models.records import InstalledModel
from ..workshop import Workshop
from .painting import Notice, PaintRequest


@dataclass(frozen=True)
class Attached:
    """``pipeline``: the one to be called, the given one or another over the same parts.
    ``arguments``: further ones of its call."""

    pipeline: Any
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notices: tuple[Notice, ...] = ()


@contextmanager
def on_text(
    pipeline: Any, model: InstalledModel, request: PaintRequest, workshop: Workshop
) -> Iterator[Attached]:
    """``pipeline`` has its text encoders and tokenizers alone."""
    yield Attached(pipeline)


@contextmanager
def on_denoiser(
    pipeline: Any, model: InstalledModel, request: PaintRequest, workshop: Workshop
) -> Iterator[Attached]:
    """``pipeline`` has its denoiser, and its VAE where it looks at pictures."""
    yield Attached(pipeline)
