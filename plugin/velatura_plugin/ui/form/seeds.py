"""Seeds as they are typed."""

from __future__ import annotations

from velatura_protocol.parameters import ParameterValue

NEW = -1
"""A new one each time."""


def seed_digits(text: str, largest: int) -> str:
    """What of ``text`` is a seed of at most ``largest``."""
    digits = "".join(each for each in text if each.isdecimal())
    while digits and int(digits) > largest:
        digits = digits[:-1]
    return digits


def seed_of(value: ParameterValue) -> int:
    return round(value) if isinstance(value, int | float) else NEW
