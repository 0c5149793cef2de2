"""Hands for the fields of a form, each kind as its toolkit has it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

Editor = Any
"""What shows one field: ``widget`` is the whole of it, ``focus`` what is typed or clicked into."""


class FileDialog(ABC):
    @abstractmethod
    def is_modal(self) -> bool: ...

    @abstractmethod
    def pick(self, path: Path) -> None: ...

    @abstractmethod
    def leave(self) -> None: ...


class FieldHands(ABC):
    # -- a choice

    @abstractmethod
    def options(self, editor: Editor) -> list[str]: ...

    @abstractmethod
    def chosen(self, editor: Editor) -> str:
        """Its words, and none where nothing is."""

    @abstractmethod
    def choose(self, editor: Editor, index: int) -> None: ...

    @abstractmethod
    def step(self, editor: Editor) -> None:
        """To the option after the one that is chosen."""

    @abstractmethod
    def option_tooltip(self, editor: Editor, index: int) -> str: ...

    # -- numbers

    @abstractmethod
    def number(self, widget: Any) -> float:
        """Of a slider, or of what it is typed into."""

    @abstractmethod
    def set_number(self, widget: Any, number: float) -> None: ...

    # -- lines of text, seeds and paths

    @abstractmethod
    def line(self, editor: Editor) -> Any:
        """What is typed into."""

    # -- files

    @abstractmethod
    def dialog(self, editor: Editor) -> FileDialog | None:
        """The one that is open for it."""

    # -- colours

    @abstractmethod
    def colour(self, swatch: Any) -> str: ...

    @abstractmethod
    def pick_colour(self, swatch: Any, colour: str) -> None: ...

    # -- the prompt

    @abstractmethod
    def cursor(self, text: Any) -> int: ...

    @abstractmethod
    def put_cursor(self, text: Any, place: int) -> None: ...

    @abstractmethod
    def height(self, prompt: Editor) -> int:
        """Of the text itself."""

    @abstractmethod
    def pull(self, prompt: Editor, height: int) -> None:
        """To that height, as far as it goes."""

    @abstractmethod
    def line_height(self, prompt: Editor) -> int: ...

    @abstractmethod
    def roll_to(self, prompt: Editor, *, end: bool) -> None:
        """To the end of a text that is longer than its field, or to its start."""
