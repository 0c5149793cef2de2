"""A panel on the screen, with hands to work it and eyes to look at it, whatever its toolkit.

The panels of all toolkits have parts of the same names: ``view.generate``, ``view.notice.details``.
A check takes such a part for what it is, a widget of a toolkit that it does not know, and gives it
to the desk.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from tests.contracts.panel.field_hands import FieldHands
from tests.contracts.panel.gallery_hands import GalleryHands
from tests.contracts.panel.place import Place
from velatura_plugin.ui.model import Action, ViewModel
from velatura_plugin.ui.view import View
from velatura_protocol.parameters import ParameterValue

Widget = Any


class Key(Enum):
    BACKSPACE = auto()
    DELETE = auto()
    DOWN = auto()
    ENTER = auto()
    ESCAPE = auto()
    LEFT = auto()
    PAD_ENTER = auto()
    PAD_RIGHT = auto()
    RIGHT = auto()
    SPACE = auto()
    TAB = auto()
    UP = auto()


class Held(Enum):
    """A modifier that is held meanwhile."""

    NOTHING = auto()
    CONTROL = auto()
    SHIFT = auto()


@dataclass(frozen=True)
class Entry:
    """Of a menu."""

    text: str
    is_enabled: bool
    choose: Callable[[], object]


@dataclass
class Told:
    """What a panel has told its owner, in order."""

    actions: list[tuple[Action, str]] = field(default_factory=list)
    edits: list[tuple[str, ParameterValue]] = field(default_factory=list)
    choices: list[tuple[str, int]] = field(default_factory=list)
    left: int = 0

    def listen(self, view: View) -> None:
        view.on_action(lambda action, job: self.actions.append((action, job)))
        view.on_edit(lambda name, value: self.edits.append((name, value)))
        view.on_choose(lambda job, index: self.choices.append((job, index)))

    def leave(self) -> None:
        self.left += 1


class Desk(ABC):
    """:ivar view: the panel
    :ivar body: what it scrolls
    :ivar least_width: the narrowest that it can be
    :ivar least_width_of_long_words: and in a language whose words are 40 % longer
    :ivar least_target: what everything that is clicked on has to measure
    """

    view: Any
    body: Widget
    told: Told
    fields: FieldHands
    gallery: GalleryHands
    least_width: int
    least_width_of_long_words: int
    least_target: int

    # -- the window --------------------------------------------------------------------------------

    def show(self, model: ViewModel) -> Any:
        """The panel, once it has drawn that."""
        self.view.render(model)
        self.settle()
        return self.view

    @abstractmethod
    def settle(self) -> None:
        """All that there is to do now is done."""

    @abstractmethod
    def painted(self) -> None:
        """What is there now is on the screen."""

    @abstractmethod
    def width(self) -> int:
        """Of what is seen of the panel's body."""

    @abstractmethod
    def hide(self) -> None: ...

    @abstractmethod
    def unhide(self) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """The panel is no more."""

    @abstractmethod
    def looked_away(self) -> AbstractContextManager[None]:
        """Another window has the focus meanwhile."""

    @abstractmethod
    def layouts(self) -> list[object]:
        """Grows with every layout of the body from now on."""

    # -- hands -------------------------------------------------------------------------------------

    @abstractmethod
    def click(self, widget: Widget, across: float = 0.5, down: float = 0.5) -> None:
        """With the pointer, at that share of its width and height. It has to be seen."""

    @abstractmethod
    def hold(self, widget: Widget) -> None:
        """The pointer's button goes down on it."""

    @abstractmethod
    def let_go(self, widget: Widget) -> None:
        """And up again."""

    @abstractmethod
    def press(self, widget: Widget, key: Key, held: Held = Held.NOTHING) -> None:
        """Down and up again."""

    @abstractmethod
    def hold_key(self, widget: Widget, key: Key) -> None:
        """Down, long enough for it to repeat itself."""

    @abstractmethod
    def let_key_go(self, widget: Widget, key: Key) -> None: ...

    @abstractmethod
    def type_text(self, widget: Widget, text: str) -> None: ...

    @abstractmethod
    def retype(self, widget: Widget, text: str) -> None:
        """In place of all that there is."""

    @abstractmethod
    def focus(self, widget: Widget) -> None: ...

    @abstractmethod
    def roll(self, widget: Widget) -> bool:
        """The wheel is turned down over it. Whether the panel gets to know."""

    # -- eyes --------------------------------------------------------------------------------------

    @abstractmethod
    def focused(self) -> Widget | None: ...

    @abstractmethod
    def is_seen(self, widget: Widget) -> bool: ...

    @abstractmethod
    def is_enabled(self, widget: Widget) -> bool: ...

    @abstractmethod
    def is_on(self, widget: Widget) -> bool:
        """Of what can be switched."""

    @abstractmethod
    def text(self, widget: Widget) -> str:
        """The words it shows itself, and nothing for what has none."""

    @abstractmethod
    def names(self, widget: Widget) -> tuple[str, str]:
        """What a screen reader says of it: name and description."""

    @abstractmethod
    def tooltip(self, widget: Widget) -> str: ...

    @abstractmethod
    def place(self, widget: Widget, inside: Widget | None = None) -> Place:
        """In the body, or in another widget."""

    @abstractmethod
    def seen(self) -> Iterator[Widget]:
        """All widgets in the body that are seen, as one reads."""

    @abstractmethod
    def stops(self) -> Iterator[Widget]:
        """Those among them that can have the focus, without the inner parts of others."""

    @abstractmethod
    def clipboard(self) -> str: ...

    # -- parts that toolkits have in different ways ------------------------------------------------

    @abstractmethod
    def status_word(self) -> str: ...

    @abstractmethod
    def announced(self) -> str:
        """What a screen reader is told."""

    @abstractmethod
    def entries(self, menu: Widget) -> list[Entry]: ...

    @abstractmethod
    def led_to(self, label: Widget) -> Widget | None:
        """The field of a label."""

    @abstractmethod
    def fraction(self, progress: Widget) -> float | None:
        """How far a bar is, if it knows."""

    @abstractmethod
    def button(self, box: Widget, action: Action) -> Widget:
        """Of a staged set."""

    @abstractmethod
    def title(self, head: Widget) -> str:
        """Of a staged set that is folded."""

    @abstractmethod
    def has_picture(self, thumbnail: Widget) -> bool: ...

    @abstractmethod
    def has_cover(self, row: Widget) -> bool:
        """Of the history."""

    @abstractmethod
    def is_best(self, thumbnail: Widget) -> bool: ...

    @abstractmethod
    def is_kept(self, thumbnail: Widget) -> bool: ...
