"""Every text of a view model that a user reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

from velatura_plugin.ui.model import Control, ViewModel
from velatura_protocol.pixels import Pixels

NOT_READ = {"id", "job", "model", "value", "detail"}
"""Ids, what the user has put in, and the technical block that is copied for helpers."""


def texts_of(part: object, where: str = "model") -> Iterator[tuple[str, str]]:
    """Where it is in the view model, and the text."""
    if isinstance(part, str):
        yield where, part
    elif isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from texts_of(each, f"{where}[{index}]")
    elif is_dataclass(part) and not isinstance(part, Pixels):
        for each in fields(part):
            if each.name not in NOT_READ:
                yield from texts_of(getattr(part, each.name), f"{where}.{each.name}")
    else:
        assert part is None or isinstance(part, bool | int | float | bytes | Enum | Pixels), where


def controls_of(part: object) -> Iterator[Control]:
    if isinstance(part, Control):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from controls_of(each)
    elif is_dataclass(part) and not isinstance(part, Pixels):
        for each in fields(part):
            yield from controls_of(getattr(part, each.name))


def actions_of(model: ViewModel) -> set[object]:
    return {each.action for each in controls_of(model)}
