"""What was encoded, remembered while it is small enough: prompts as embeddings, pictures as
latents. Bounded in bytes, for a prompt of one family is a hundred times one of another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from typing import Any, Generic, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Kept = TypeVar("Kept")

_MIB = 1 << 20


class ByteCache(Generic[Kept]):
    """The most recently used values whose tensors together weigh at most ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0
        self._kept: OrderedDict[object, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: object, make: Callable[[], Kept]) -> Kept:
        """The value under ``key``, made if there is none; one heavier than the limit is not
        kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = make()
        weight = weight_of(made)
        if weight <= self.limit:
            self._kept[key] = made
            self.held += weight
        while self.held > self.limit:
            self.held -= weight_of(self._kept.popitem(last=False)[1])
        return made

    def clear(self) -> None:
        self._kept.clear()
        self.held = 0


class LatentCache(ByteCache[Tensor]):
    """The latents of pictures, by :func:`digest_of` and whatever else they depend on. Artists try
    many prompts in one place: its context is the same each time."""

    def __init__(self) -> None:
        super().__init__(64 * _MIB)


def digest_of(array: NDArray[Any]) -> str:
    """Of shape, dtype and values."""
    digest = blake2b(f"{array.shape} {array.dtype}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def weight_of(value: object) -> int:
    """Bytes of all tensors in it: in mappings, sequences and dataclasses too."""
    return sum(each.numel() * each.element_size() for each in _tensors(value))


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for each in cast("Mapping[object, object]", value).values():
            yield from _tensors(each)
    elif isinstance(value, (list, tuple)):
        for each in cast("list[object]", value):
            yield from _tensors(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _tensors(getattr(value, each.name))
