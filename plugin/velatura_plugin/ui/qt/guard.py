# pyright: standard
"""Keeps errors of ours out of the editor's own hands.

Krita opens a modal «Script error» for every exception that leaves a slot or an overridden method,
and nothing goes on behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..guard import guarded, returning

__all__ = ["connect", "guarded", "on_click", "returning"]


def connect(signal: Any, slot: Callable[..., object]) -> None:
    """``slot`` gets the signal's arguments."""
    run = guarded(slot)
    signal.connect(lambda *given: run(*given))


def on_click(button: Any, slot: Callable[[], object]) -> None:
    """``slot`` gets no arguments."""
    run = guarded(slot)
    button.clicked.connect(lambda *_checked: run())
