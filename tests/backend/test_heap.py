"""Memory given back, in a process of its own."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_PINNED = """
from pathlib import Path
from velatura_backend.heap import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

blocks = [bytes(2000) for _ in range(50_000)]
del blocks[:-1]
before = resident()
give_back()
print(before - resident())
"""


def test_it_may_be_asked_for_anywhere() -> None:
    from velatura_backend.heap import give_back

    give_back()


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="glibc's own",
)
def test_what_lies_below_a_block_in_use_goes_back() -> None:
    words = [sys.executable, "-c", _PINNED]
    pages = int(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
    assert pages > 50_000 * 2000 // 4096 // 2
