"""Kernels for values as documents hold them: not all of those are finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from numba import njit


def strict(function: Callable[..., None]) -> Callable[..., None]:
    """A kernel without fastmath, which takes every value for finite."""
    return cast("Callable[..., None]", njit(cache=True, nogil=True)(function))
