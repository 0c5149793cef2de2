"""What a toolkit's panel is to the rest of the plug-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .model import Action, ViewModel

Asked = Callable[[Action, str], None]
"""An action and the job it is about, or an empty text."""


class View(Protocol):
    """Draws view models and says what the user asked for. It holds no state of its own that a view
    model could contradict, and knows neither host nor backend."""

    def render(self, model: ViewModel) -> None:
        """Called on the UI thread after every change; cheap where little has changed."""
        ...

    def on_action(self, asked: Asked) -> None:
        """Who is told of buttons; set once, before the first :meth:`render`."""
        ...
