"""What there is to know of each family of models: one table, a row for each (family, variant).

Import-free: the server reads it to say what an installed model can do. Everything that differs
between families is a field of a row, and code asks the field, never the family.
"""

from __future__ import annotations

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat

from ....models.records import Family, Variant
from .fields import (
    Adapter,
    Component,
    Defaults,
    FamilyRow,
    Guiding,
    MaskInput,
    Noising,
    Packing,
    PictureInput,
    Shift,
    Sizes,
    Stage,
    TextPlan,
)
from .rows import FULL
from .trials import ON_TRIAL

__all__ = [
    "ROWS", "Adapter", "Component", "Defaults", "FamilyRow", "Guiding", "MaskInput", "Noising",
    "Packing", "PictureInput", "Shift", "Sizes", "Stage", "TextPlan", "row_of",
    "supported_families",
]  # fmt: skip

ROWS: tuple[FamilyRow, ...] = (*FULL, *ON_TRIAL)


def row_of(family: Family, variant: Variant) -> FamilyRow:
    """:raises Unsupported: there is no such row"""
    for row in ROWS:
        if (row.family, row.variant) == (family, variant):
            return row
    raise Unsupported(what=UnsupportedWhat.FAMILY, title=f"{family.value} {variant.value}")


def supported_families() -> str:
    """The families' names as one text, for sentences about files that are none of them."""
    return ", ".join(dict.fromkeys(row.title.split(" (")[0] for row in ROWS))
