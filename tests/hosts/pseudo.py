"""View models whose every word takes 40 % more room, as those of another language may."""

from __future__ import annotations

import dataclasses
import re
from typing import TypeVar

from velatura_plugin.i18n import pseudo

T = TypeVar("T")
_NO_WORDS = frozenset({"id", "job", "model", "value", "link", "unit"})


def lengthened(shown: T) -> T:
    """``shown`` is a view model, or a part of one."""
    if isinstance(shown, str):
        # No language has words of a hundred letters.
        return re.sub("~{4}(?=~)", "~~~~ ", pseudo(shown))
    if isinstance(shown, tuple):
        return tuple(map(lengthened, shown))
    if not dataclasses.is_dataclass(shown) or isinstance(shown, type):
        return shown
    fields = [each for each in dataclasses.fields(shown) if each.name not in _NO_WORDS]
    return dataclasses.replace(
        shown, **{each.name: lengthened(getattr(shown, each.name)) for each in fields}
    )
