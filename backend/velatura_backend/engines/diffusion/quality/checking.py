"""Stopping between steps over large arrays, each of which takes tenths of a second."""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[], None]
"""Raises where the work is to stop."""


def unchecked() -> None:
    """For what is small."""
