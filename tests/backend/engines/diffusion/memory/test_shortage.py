"""Shortages of memory, told apart from everything else that goes wrong."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from velatura_backend.engines.diffusion.memory.shortage import is_out_of_memory


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
    ],
)
def test_shortages(error: Exception) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error", [RuntimeError("shapes differ"), ValueError("DefaultCPUAllocator")]
)
def test_everything_else(error: Exception) -> None:
    assert not is_out_of_memory(error)


def test_what_the_cpu_says_itself() -> None:
    with pytest.raises(RuntimeError) as error:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(error.value)
