"""Palettes as text: ``#rrggbb`` and GIMP's ``.gpl`` files. Nothing heavy is imported at first: the
command line reads palettes too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from velatura_protocol.errors import UnreadableFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HEAD = "GIMP Palette"
_COLOUR = re.compile(r"\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:\s.*)?")


def parse_gpl(text: str) -> tuple[str, ...]:
    """The colours of a GIMP palette (``.gpl``), as ``#rrggbb`` in the file's order, each once.

    :raises UnreadableFile: ``reason``: it is none, a value is above 255, or it has no colour
    """
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != _HEAD:
        raise UnreadableFile(reason="not a GIMP palette")
    found: dict[str, None] = {}
    for line in lines[1:]:
        match = _COLOUR.fullmatch(line)
        if match:
            values = [int(value) for value in match.groups()]
            if max(values) > 255:
                raise UnreadableFile(reason="a colour of the palette is above 255")
            found["#{:02x}{:02x}{:02x}".format(*values)] = None
    if not found:
        raise UnreadableFile(reason="the palette has no colours")
    return tuple(found)


def from_hex(colours: Sequence[str]) -> NDArray[np.float64]:
    """(n, 3) encoded sRGB, 0..1, of ``#rrggbb``."""
    import numpy as np

    values = [[int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in colours]
    return np.array(values, np.float64).reshape(-1, 3) / 255.0
