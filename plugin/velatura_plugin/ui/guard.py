"""Keeps errors of ours out of the toolkit's hands: none knows what to do with them."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Logs what ``function`` raises; whoever listens to the log tells the user."""
    return returning(None)(function)


def returning(fallback: T) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Like :func:`guarded`, for what the toolkit wants an answer of: ``fallback`` where it
    failed."""

    def decorate(function: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(function)
        def run(*given: Any) -> T:
            try:
                return function(*given)
            except Exception:
                _LOG.exception("in %s", getattr(function, "__qualname__", function))
                return fallback

        return run

    return decorate
