"""The device that models run on, as torch finds it."""

from __future__ import annotations

import torch

from velatura_protocol.messages import DeviceInfo

from ....executors.devices import describe_cpu


def best_device() -> str:
    """``cuda``, ``mps`` or ``cpu``, as torch spells it."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def describe_accelerator() -> DeviceInfo:
    device = best_device()
    if device == "cuda":
        free, total = torch.cuda.mem_get_info()
        return DeviceInfo(device, torch.cuda.get_device_name(), total, free, True)
    cpu = describe_cpu(ready=True)
    if device == "mps":
        total = torch.mps.recommended_max_memory()
        free = max(0, total - torch.mps.current_allocated_memory())
        return DeviceInfo(device, f"{cpu.name} (Metal)", total, free, True)
    return cpu
