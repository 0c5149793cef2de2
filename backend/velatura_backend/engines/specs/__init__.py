"""What every engine says about itself, a module each. The server process reads these: nothing heavy
is imported."""

from __future__ import annotations

from .cut_out import CUT_OUT
from .echo import ECHO
from .fill import FILL
from .recolour import RECOLOUR
from .restore import RESTORE
from .restyle import RESTYLE
from .retarget import RETARGET
from .tile import TILE
from .upscale import UPSCALE
from .vary import VARY

__all__ = [
    "CUT_OUT",
    "ECHO",
    "FILL",
    "RECOLOUR",
    "RESTORE",
    "RESTYLE",
    "RETARGET",
    "TILE",
    "UPSCALE",
    "VARY",
]
