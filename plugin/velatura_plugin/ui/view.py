"""What a toolkit's panel is to the rest of the plug-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from velatura_protocol.parameters import ParameterValue

from .model import Action, ViewModel

Asked = Callable[[Action, str], None]
"""An action and the job it is about, or an empty text."""

Edited = Callable[[str, ParameterValue], None]
"""A field's id and what the user has put into it."""

Chosen = Callable[[str, int], None]
"""A job and the index of the variation whose thumbnail was picked."""


class View(Protocol):
    """Draws view models and says what the user asked for. It holds no state of its own that a view
    model could contradict, and knows neither host nor backend."""

    def render(self, model: ViewModel) -> None:
        """Called on the UI thread after every change; cheap where little has changed. A text the
        user is just typing into is left alone, cursor and all, where its value has not changed
        since the last edit that was reported."""
        ...

    def on_action(self, asked: Asked) -> None:
        """Who is told of buttons; set once, before the first :meth:`render`."""
        ...

    def on_edit(self, edited: Edited) -> None:
        """Who is told of fields; set once, before the first :meth:`render`."""
        ...

    def on_choose(self, chosen: Chosen) -> None:
        """Who is told of thumbnails; set once, before the first :meth:`render`."""
        ...
