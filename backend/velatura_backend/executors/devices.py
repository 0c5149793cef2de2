"""What a device is called and how much memory it has, by the standard library alone."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from velatura_protocol.messages import DeviceInfo

CPU_ID = "cpu"


def usable_cores() -> int:
    """Cores this process may run on: containers and ``taskset`` give fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe_cpu(*, ready: bool) -> DeviceInfo:
    return DeviceInfo(
        CPU_ID, _cpu_name(), _pages("SC_PHYS_PAGES"), _pages("SC_AVPHYS_PAGES"), ready
    )


def _cpu_name() -> str:
    """Linux leaves ``platform.processor()`` empty; the kernel's own table has the name."""
    table = Path("/proc/cpuinfo")
    if table.exists():
        for line in table.read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine() or "CPU"


def _pages(name: str) -> int:
    """Bytes in that many pages; 0 where the system does not say (Windows; macOS for free ones)."""
    if not hasattr(os, "sysconf") or name not in os.sysconf_names:
        return 0
    return max(0, os.sysconf(name)) * os.sysconf("SC_PAGE_SIZE")
