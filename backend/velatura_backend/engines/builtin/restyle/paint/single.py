"""Settings as kernels like them."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import numpy as np

Settings = TypeVar("Settings", bound=tuple[Any, ...])


def single(settings: Settings) -> Settings:
    """The named tuple with its floats as float32: a double among them makes the inner loops work in
    double precision, at half the speed."""
    return cast(Settings, type(settings)(*(_single(value) for value in settings)))


def _single(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_single(each) for each in value)
    return np.float32(value) if isinstance(value, float | np.floating) else value
