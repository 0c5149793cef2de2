"""Hands for a choice by pictures."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tests.contracts.panel.field_hands import Editor
from tests.contracts.panel.place import Place


class GalleryHands(ABC):
    @abstractmethod
    def places(self, editor: Editor) -> list[Place]:
        """Of all pictures with their names, in the list that they are in, scrolled or not."""

    @abstractmethod
    def room(self, editor: Editor) -> tuple[int, int]:
        """Width and height of what is seen of the list."""

    @abstractmethod
    def chosen(self, editor: Editor) -> list[int]: ...

    @abstractmethod
    def click(self, editor: Editor, index: int) -> None: ...

    @abstractmethod
    def begin(self, editor: Editor) -> None:
        """Keys are meant for it, from the chosen picture on."""

    @abstractmethod
    def name(self, editor: Editor) -> str:
        """Of the whole, for readers of screens."""

    @abstractmethod
    def described(self, editor: Editor, index: int) -> tuple[str, str]:
        """A picture's name, and what is told of it."""

    @abstractmethod
    def colour(self, editor: Editor, index: int) -> tuple[int, int, int]:
        """In the middle of the picture, as the screen has it."""
