"""How the tensor libraries say that memory ran out."""

from __future__ import annotations

import torch

_SHORTAGES = ("DefaultCPUAllocator", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")


def is_out_of_memory(error: Exception) -> bool:
    """Only torch's own allocators of accelerators have a class for it; the CPU's, and libraries
    that allocate for themselves, say it in words."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SHORTAGES)
