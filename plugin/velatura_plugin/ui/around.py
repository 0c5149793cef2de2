"""What a panel shows beside the plug-in's state and the draft."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import Settings
from .model import Action


@dataclass(frozen=True)
class Around:
    """``prompts``: the history, newest first. ``retouch`` None: there is no such mode here.
    ``abilities``: what can be asked for beside what every plug-in can do; ``can_repeat``: something
    has been generated before."""

    settings: Settings = Settings()
    prompts: tuple[str, ...] = ()
    retouch: bool | None = None
    abilities: frozenset[Action] = frozenset()
    can_repeat: bool = False
