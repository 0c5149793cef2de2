"""A process's peak memory over a stretch of work (Linux)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PeakMemory:
    """Starts a new high-water mark for the process, and remembers where it began.

    Mapped files count while they are touched, page cache does not.
    """

    pid: int
    began: int

    @classmethod
    def start(cls, pid: int) -> PeakMemory:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        return cls(pid, _status(pid, "VmRSS"))

    def extra(self) -> int:
        """Bytes above the beginning, at most."""
        return max(0, _status(self.pid, "VmHWM") - self.began)


def resident(pid: int) -> int:
    """Bytes in memory now."""
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(name)
