"""The schema of an engine's own parameters, from which every panel builds its controls."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum

ParameterValue = bool | int | float | str | tuple[str, ...]
"""What a task carries for a parameter: palettes are tuples of ``#rrggbb``, files and layers are
names of input roles."""


_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class ParameterKind(Enum):
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    CHOICE = "choice"
    TEXT = "text"
    SEED = "seed"
    COLOUR = "colour"
    PALETTE = "palette"
    PRESET = "preset"
    LAYER = "layer"
    MASK = "mask"
    STROKES = "strokes"
    FILE = "file"


@dataclass(frozen=True)
class Choice:
    """``picture``: what it looks like, for panels, a small PNG or JPEG (the Qt of Krita reads no
    WebP); empty: none."""

    id: str
    label: str
    picture: bytes = b""


@dataclass(frozen=True)
class Parameter:
    """One control: what it is called, what it takes, and when it is shown.

    ``minimum`` and ``maximum`` bound INT and FLOAT; ``choices`` lists CHOICE and PRESET;
    ``visible_if`` is ``"other_id=value"`` or empty. ``main``: it says what the task is about, so
    panels show it without being asked for more; presets are always shown.
    """

    id: str
    kind: ParameterKind
    label: str
    default: ParameterValue
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    visible_if: str = ""
    main: bool = False

    def check(self, value: ParameterValue) -> str | None:
        """Why ``value`` is not acceptable, as a phrase without the name; None if it is."""
        if self.kind is ParameterKind.BOOL:
            return None if isinstance(value, bool) else "must be true or false"
        if self.kind in (ParameterKind.INT, ParameterKind.SEED):
            return self._check_number(value, whole=True)
        if self.kind is ParameterKind.FLOAT:
            return self._check_number(value, whole=False)
        if self.kind is ParameterKind.PALETTE:
            return _check_palette(value)
        if not isinstance(value, str):
            return "must be text"
        if self.kind is ParameterKind.COLOUR and not _COLOUR.fullmatch(value):
            return "must be a colour such as #ff8800"
        if self.choices and value not in {choice.id for choice in self.choices}:
            return "must be one of " + ", ".join(choice.id for choice in self.choices)
        return None

    def _check_number(self, value: ParameterValue, *, whole: bool) -> str | None:
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return "must be a whole number" if whole else "must be a number"
        if isinstance(value, float) and not math.isfinite(value):
            return "must be a number"
        if self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum:g}"
        return None

    def parse(self, text: str) -> ParameterValue:
        """The value that ``text`` (a command-line argument) spells.

        :raises ValueError: it spells none; the message is a phrase as from :meth:`check`
        """
        value = self._convert(text)
        problem = self.check(value)
        if problem:
            raise ValueError(problem)
        return value

    def _convert(self, text: str) -> ParameterValue:
        if self.kind is ParameterKind.BOOL:
            words = {"true": True, "yes": True, "1": True, "on": True}
            words |= {"false": False, "no": False, "0": False, "off": False}
            if text.lower() not in words:
                raise ValueError("must be true or false")
            return words[text.lower()]
        if self.kind in (ParameterKind.INT, ParameterKind.SEED):
            try:
                return int(text)
            except ValueError:
                raise ValueError("must be a whole number") from None
        if self.kind is ParameterKind.FLOAT:
            try:
                return float(text)
            except ValueError:
                raise ValueError("must be a number") from None
        if self.kind is ParameterKind.PALETTE:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return text


def _check_palette(value: ParameterValue) -> str | None:
    if isinstance(value, tuple) and all(_COLOUR.fullmatch(each) for each in value):
        return None
    return "must be a list of colours such as #ff8800"
