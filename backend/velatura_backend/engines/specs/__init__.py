"""What every engine says about itself, a module each. The server process reads these: nothing heavy
is imported."""

from __future__ import annotations

from .echo import ECHO
from .fill import FILL
from .recolour import RECOLOUR

__all__ = ["ECHO", "FILL", "RECOLOUR"]
