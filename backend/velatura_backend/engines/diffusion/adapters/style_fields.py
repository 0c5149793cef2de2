"""Fields of a style's file, each held to its type, with the field's name in every complaint."""

from __future__ import annotations

import math
from enum import Enum
from typing import TypeVar, cast

from velatura_protocol.errors import UnreadableFile

ChoiceT = TypeVar("ChoiceT", bound=Enum)

_LONGEST = 8000


class StyleFields:
    """What was asked for is taken out; :meth:`nothing_left` complains about the rest."""

    def __init__(self, values: dict[str, object], where: str = "") -> None:
        self._values = dict(values)
        self._where = where

    @classmethod
    def of(cls, data: object, where: str = "") -> StyleFields:
        """:raises UnreadableFile: not an object"""
        if not isinstance(data, dict):
            raise UnreadableFile(reason=f"{where or 'the file'} is not an object in braces")
        return cls(cast("dict[str, object]", data), f"{where}." if where else "")

    def text(self, name: str, default: str, longest: int = _LONGEST) -> str:
        value = self._values.pop(name, default)
        if not isinstance(value, str) or len(value) > longest:
            raise self._complaint(name, f"must be a text of at most {longest} characters")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self._list(name)
        if not all(isinstance(each, str) for each in values):
            raise self._complaint(name, "must be a list of texts")
        return tuple(cast("list[str]", values))

    def parts(self, name: str) -> tuple[StyleFields, ...]:
        where = f"{self._where}{name}"
        return tuple(
            StyleFields.of(each, f"{where}[{index}]") for index, each in enumerate(self._list(name))
        )

    def whole(self, name: str, default: int, *, least: int, most: int = 1 << 31) -> int:
        value = self.number(name, default, least=least, most=most)
        if value != int(value):
            raise self._complaint(name, "must be a whole number")
        return int(value)

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        value = self._values.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._complaint(name, "must be a number")
        if not math.isfinite(value) or not least <= value <= most:
            raise self._complaint(name, f"must be between {least:g} and {most:g}")
        return float(value)

    def choice(self, name: str, value: str, choices: type[ChoiceT]) -> ChoiceT:
        try:
            return choices(value)
        except ValueError:
            allowed = ", ".join(str(each.value) for each in choices)
            raise self._complaint(name, f"must be of {allowed}") from None

    def nothing_left(self) -> None:
        """:raises UnreadableFile: there is a field that means nothing here"""
        if self._values:
            raise self._complaint(min(self._values), "is not a field of a style")

    def _list(self, name: str) -> list[object]:
        values = self._values.pop(name, [])
        if not isinstance(values, list) or len(cast("list[object]", values)) > 64:
            raise self._complaint(name, "must be a list of at most 64")
        return cast("list[object]", values)

    def _complaint(self, name: str, reason: str) -> UnreadableFile:
        return UnreadableFile(reason=f"{self._where}{name} {reason}")
