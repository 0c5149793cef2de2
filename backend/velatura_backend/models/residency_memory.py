"""How much memory a device has left for weights."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

SHARE_OF_HOST = 0.8
"""Of what the system calls available; the rest is for activations, the document and the system."""


class DeviceMemory(Protocol):
    """``available``: bytes that could be allocated now, beyond what is held."""

    def available(self) -> int: ...

    def give_back(self) -> None:
        """Hands what the allocator keeps for itself back to the system."""
        ...


class HostMemory:
    """The process's own memory, in which a device called ``cpu`` works too."""

    def available(self) -> int:
        return int(_host_available() * SHARE_OF_HOST)

    def give_back(self) -> None:
        """Python and the C library hand large blocks back as they are freed."""


class CudaMemory:
    """What the driver has free and what torch's allocator holds without using it."""

    def __init__(self, device: str) -> None:
        self._device = device

    def available(self) -> int:
        import torch

        free, _ = torch.cuda.mem_get_info(self._device)
        held = torch.cuda.memory_reserved(self._device) - torch.cuda.memory_allocated(self._device)
        return free + held

    def give_back(self) -> None:
        import torch

        torch.cuda.empty_cache()


class MpsMemory:
    """Apple's unified memory: what Metal recommends as the most, less what torch holds of it."""

    def available(self) -> int:
        import torch

        most = torch.mps.recommended_max_memory()
        return max(0, most - torch.mps.current_allocated_memory())

    def give_back(self) -> None:
        import torch

        torch.mps.empty_cache()


def memory_of(device: str) -> DeviceMemory:
    """``device`` as torch spells it: ``cpu``, ``cuda``, ``cuda:1``, ``mps``."""
    kind = device.partition(":")[0]
    if kind == "cuda":
        return CudaMemory(device)
    return MpsMemory() if kind == "mps" else HostMemory()


def _host_available() -> int:
    """Bytes that can be taken without swapping; half of all where the system only tells that."""
    table = Path("/proc/meminfo")
    if table.exists():
        return _meminfo(table.read_text(), "MemAvailable")
    if sys.platform == "win32":
        return _windows_available()
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _meminfo(text: str, name: str) -> int:
    for line in text.splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def _windows_available() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "c", "d", "e", "f", "g")),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # pyright: ignore
    return int(status.free)
