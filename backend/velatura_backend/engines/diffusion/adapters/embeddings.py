"""Textual inversion: words of an artist's own, each a few vectors that a text encoder takes for it.

Nothing is written into a tokenizer or an encoder: a trigger word becomes stand-in ids below 0, and
their vectors are put in while that one text is encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from velatura_protocol.errors import ModelDamaged
from velatura_protocol.faults import ModelFault

from ....models.records import InstalledModel, ModelKind
from .files import read_tensors

_EDGES = re.compile(r"^(?P<before>[^\w<]*)(?P<word>.*?)(?P<after>[^\w>]*)$", re.DOTALL)


@dataclass(frozen=True)
class Embedding:
    """``vectors``: one (words, width) for each encoder it is made for."""

    trigger: str
    vectors: tuple[Tensor, ...]

    def for_width(self, width: int) -> Tensor | None:
        return next((each for each in self.vectors if each.shape[1] == width), None)


@dataclass(frozen=True)
class EmbeddingBook:
    """Triggers, in small letters, and where each is read from when a prompt has it."""

    models: dict[str, InstalledModel]

    @classmethod
    def of(cls, models: Sequence[InstalledModel]) -> EmbeddingBook:
        named = {trigger.casefold(): model for model in models for trigger in _triggers(model)}
        return cls(named)

    def find(self, word: str) -> InstalledModel | None:
        return self.models.get(word.casefold())


class EmbeddingTokeniser:
    """Ids of words for one encoder; a trigger's are -1, -2, … : numbers of rows of ``rows``.

    ``width``: of the encoder's vectors.
    """

    def __init__(
        self, tokenise: Callable[[str], Sequence[int]], book: EmbeddingBook, width: int
    ) -> None:
        self._tokenise = tokenise
        self._book = book
        self._width = width
        self._known: dict[str, tuple[int, ...]] = {}
        self.rows: list[Tensor] = []

    def __call__(self, word: str) -> tuple[int, ...]:
        """:raises ModelDamaged: a trigger's file cannot be used"""
        edges = _EDGES.match(word)
        model = self._book.find(edges["word"]) if edges else None
        if edges is None or model is None:
            return tuple(self._tokenise(word))
        before = self._tokenise(edges["before"]) if edges["before"] else ()
        after = self._tokenise(edges["after"]) if edges["after"] else ()
        return (*before, *self._stand_ins(model), *after)

    def _stand_ins(self, model: InstalledModel) -> tuple[int, ...]:
        if model.id not in self._known:
            vectors = read_embedding(model).for_width(self._width)
            if vectors is None:
                raise ModelDamaged(
                    model=model.id,
                    file=model.name,
                    reason=ModelFault.VECTOR_WIDTH,
                    wanted=self._width,
                )
            first = len(self.rows)
            self.rows.extend(vectors)
            self._known[model.id] = tuple(-1 - row for row in range(first, len(self.rows)))
        return self._known[model.id]


def read_embedding(model: InstalledModel) -> Embedding:
    """:raises ModelDamaged: not an embedding's file"""
    tensors = read_tensors(model)
    vectors = tuple(
        each.reshape(-1, each.shape[-1]).float()
        for each in tensors.values()
        if 1 <= each.ndim <= 2 and each.is_floating_point()
    )
    if not vectors or len(vectors) != len(tensors):
        raise ModelDamaged(
            model=model.id,
            file=model.name,
            reason=ModelFault.NOT_ONE,
            kind=ModelKind.EMBEDDING.value,
        )
    return Embedding(next(_triggers(model)), vectors)


@contextmanager
def with_vectors(encoder: Any, rows: Sequence[Tensor]) -> Iterator[None]:
    """Meanwhile the encoder takes ids below 0 as those rows' vectors."""
    if not rows:
        yield
        return
    table = encoder.get_input_embeddings()
    stand_ins = _StandIns(torch.stack(list(rows)))
    handles = [
        table.register_forward_pre_hook(stand_ins.hide),
        table.register_forward_hook(stand_ins.put_in),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _StandIns:
    """What lies between the two hooks of one look into an encoder's table."""

    def __init__(self, rows: Tensor) -> None:
        self._rows = rows
        self._ids = torch.zeros(0, dtype=torch.long)

    def hide(self, _: Any, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        self._ids = args[0]
        return (args[0].clamp(min=0), *args[1:])

    def put_in(self, _: Any, __: Any, output: Tensor) -> Tensor:
        rows = self._rows.to(output.device, output.dtype)
        found = rows[(-1 - self._ids).clamp(min=0)]
        return torch.where((self._ids < 0)[..., None], found, output)


def _triggers(model: InstalledModel) -> Iterator[str]:
    if model.detail:
        yield model.detail
    yield model.name
