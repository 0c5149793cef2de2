"""Plain tables for people; scripts have ``--json``."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import TextIO

from .reporting import write_line

_GAP = "  "
_NARROWEST = 20


def write_table(stream: TextIO, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what is in them; the last one is wrapped to the terminal's width."""
    width = shutil.get_terminal_size((100, 24)).columns
    for line in table_lines(heads, rows, width):
        write_line(stream, line)


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    everything = [tuple(heads), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in everything) for column in range(len(heads) - 1)]
    left = sum(widths) + len(_GAP) * len(widths)
    lines: list[str] = []
    for row in everything:
        fixed = "".join(f"{cell:<{size}}{_GAP}" for cell, size in zip(row, widths, strict=False))
        wrapped = textwrap.wrap(row[-1], max(_NARROWEST, width - left)) or [""]
        lines.append((fixed + wrapped[0]).rstrip())
        lines.extend(" " * left + more for more in wrapped[1:])
    return lines
