"""An editor in memory: documents, layers, selections and an undo log, without a window.

It is what tests and the doctor run the whole plugin against, and the measure for real adapters:
the contract suite asks of them what this host does.
"""

from __future__ import annotations

from .host import MemoryHost
from .tree import Contents, MemoryLayer

__all__ = ["Contents", "MemoryHost", "MemoryLayer"]
