"""What is remembered, for how long, and how it is told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.memory.caches import (
    ByteCache,
    LatentCache,
    digest_of,
    weight_of,
)


def never() -> torch.Tensor:
    raise AssertionError("it is remembered")


def floats(count: int) -> torch.Tensor:
    return torch.zeros(count)


def test_what_is_remembered_is_not_made_again() -> None:
    cache = LatentCache()
    first = cache.get("a", lambda: floats(3))
    assert cache.get("a", never) is first


def test_the_least_recently_used_goes() -> None:
    cache: ByteCache[torch.Tensor] = ByteCache(8)
    for key in ("a", "b"):
        cache.get(key, lambda: floats(1))
    cache.get("a", never)
    cache.get("c", lambda: floats(1))
    assert cache.get("a", never) is not None
    assert len(cache) == 2
    remade = cache.get("b", lambda: floats(1))
    assert cache.get("b", never) is remade


def test_what_is_too_heavy_is_used_and_forgotten() -> None:
    cache: ByteCache[torch.Tensor] = ByteCache(8)
    cache.get("small", lambda: floats(2))
    assert cache.get("large", lambda: floats(3)).numel() == 3
    assert len(cache) == 1
    cache.clear()
    assert (len(cache), cache.held) == (0, 0)


@dataclass(frozen=True)
class Nested:
    tensor: torch.Tensor
    more: dict[str, list[torch.Tensor]]
    name: str = "?"


def test_all_tensors_inside_count() -> None:
    nested = Nested(floats(1), {"x": [floats(2), floats(3)]})
    assert weight_of(nested) == 24
    assert weight_of((nested, floats(1).half())) == 26
    assert weight_of("text") == 0


def test_digests_tell_values_shapes_and_dtypes_apart() -> None:
    ones = np.ones((2, 3), np.float32)
    others = [ones.T, ones.astype(np.float64), ones * 2, ones[:, :2]]
    assert digest_of(ones) == digest_of(ones.copy(order="F"))
    assert len({digest_of(each) for each in (ones, *others)}) == 5


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9))), st.integers(0, 40))
def test_it_never_holds_more_than_it_may(uses: list[tuple[int, int]], limit: int) -> None:
    cache: ByteCache[torch.Tensor] = ByteCache(limit)
    sizes: dict[int, int] = {}
    for key, count in uses:
        made = cache.get(key, lambda count=count: floats(count))
        assert made.numel() in (count, sizes.get(key, count))
        sizes[key] = made.numel()
        assert 0 <= cache.held <= limit
