"""What a panel shows beside the plug-in's state and the draft."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import Settings
from .model import Action
from .pages.settings import Facts


@dataclass(frozen=True)
class Around:
    """``is_settings_open``: instead of the form. ``abilities``: what can be asked for beside what
    every plug-in can do. ``has_retouch``: there is a retouch mode. ``now``: Unix time."""

    settings: Settings = Settings()
    is_settings_open: bool = False
    abilities: frozenset[Action] = frozenset()
    has_retouch: bool = False
    facts: Facts = Facts()
    now: float = 0.0
