"""What a user does to rows and staged sets, whatever the toolkit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from .model import Action, Control, Strip

AskJob = Callable[[Action, str], None]
"""An action, and the job or model it is about."""

Choose = Callable[[str, int], None]
"""A job, and the index of one of its variations."""


class Key(Enum):
    """Keys that the panel knows of; those of a number pad are the same."""

    ENTER = auto()
    SPACE = auto()
    DELETE = auto()
    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()
    ESCAPE = auto()


def strip_action(key: Key | None, *, is_rtl: bool) -> Action | None:
    """Left and right step, Enter accepts, Delete discards one, Space held compares."""
    back, forth = Action.PREVIOUS, Action.NEXT
    actions: Mapping[Key | None, Action] = {
        Key.LEFT: forth if is_rtl else back,
        Key.RIGHT: back if is_rtl else forth,
        Key.ENTER: Action.ACCEPT,
        Key.DELETE: Action.DISCARD,
        Key.SPACE: Action.COMPARE,
    }
    return actions.get(key)


def asked_first(
    question: str, action: Action, losing: Action, controls: Sequence[Control]
) -> Control | None:
    """The control whose action is asked about before it is done: ``losing``, where there is a
    ``question``."""
    if not question or action is not losing:
        return None
    return next((each for each in controls if each.action is losing), None)


class StripActions:
    """Hands on the set that is shown, if any."""

    def __init__(self, ask: AskJob, choose: Choose) -> None:
        self.strip: Strip | None = None
        self._ask_job, self._choose_job = ask, choose

    def ask(self, action: Action) -> None:
        if self.strip is not None:
            self._ask_job(action, self.strip.job)

    def choose(self, index: int) -> None:
        if self.strip is not None:
            self._choose_job(self.strip.job, index)

    def can(self, action: Action) -> bool:
        controls = self.strip.controls if self.strip else ()
        return any(each.action is action and each.enabled for each in controls)

    def asked_first(self, action: Action) -> Control | None:
        """As above, of what would discard more than one result."""
        strip = self.strip
        if strip is None or not strip.asks_before_discard:
            return None
        return asked_first(strip.discard_question, action, Action.DISCARD_ALL, strip.controls)
