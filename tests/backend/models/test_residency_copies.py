"""A module's tensors, weighed, compared and moved."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from velatura_backend.models.residency_copies import HostCopy, bytes_of, fingerprint

torch.set_num_threads(1)


def linear(seed: int = 0, dtype: torch.dtype = torch.float32) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(40, 30).to(dtype)


def nothing() -> None:
    pass


def test_bytes_follow_the_dtype() -> None:
    assert bytes_of(linear()) == 4 * (40 * 30 + 30)
    assert bytes_of(linear(dtype=torch.float16)) == 2 * (40 * 30 + 30)


def test_fingerprints_tell_values_dtypes_and_shapes_apart() -> None:
    assert fingerprint(linear()) == fingerprint(linear())
    others = (linear(1), linear(dtype=torch.bfloat16), nn.Linear(30, 40), nn.ReLU())
    assert len({fingerprint(each) for each in (linear(), *others)}) == 5


def test_the_same_tensor_objects_come_and_go() -> None:
    module = linear()
    weight, data = module.weight, module.weight.data
    copy = HostCopy.of(module)
    copy.to_device(module, "cpu", nothing)
    assert module.weight is weight
    assert module.weight.data_ptr() != data.data_ptr()
    copy.to_host(module)
    assert module.weight.data_ptr() == data.data_ptr()


def test_equality_is_of_every_value() -> None:
    one, two = linear(), linear()
    assert HostCopy.of(one).equals(two)
    with torch.no_grad():
        two.bias[7] += 1e-7
    assert not HostCopy.of(one).equals(two)
    assert not HostCopy.of(one).equals(nn.ReLU())
