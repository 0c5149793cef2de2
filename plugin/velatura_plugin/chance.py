"""Where ids, seeds and time come from; tests bring their own."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass


def new_id() -> str:
    return uuid.uuid4().hex


def random_seed() -> int:
    """In 0 … 2³¹ - 1: what every engine and file format takes."""
    return secrets.randbelow(2**31)


@dataclass(frozen=True)
class Chance:
    """``clock`` counts seconds from anywhere and never goes back."""

    new_id: Callable[[], str] = new_id
    random_seed: Callable[[], int] = random_seed
    clock: Callable[[], float] = time.monotonic
