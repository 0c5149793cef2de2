# pyright: standard
"""Keys by their names."""

from __future__ import annotations

from enum import Enum

from .toolkit import Gdk


class Key(Enum):
    """What the panel knows of; those of the number pad are the same."""

    ENTER = ("Return", "KP_Enter", "ISO_Enter")
    SPACE = ("space", "KP_Space")
    DELETE = ("Delete", "KP_Delete")
    LEFT = ("Left", "KP_Left")
    RIGHT = ("Right", "KP_Right")
    UP = ("Up", "KP_Up")
    DOWN = ("Down", "KP_Down")
    ESCAPE = ("Escape",)


_HELD = (
    Gdk.ModifierType.SHIFT_MASK
    | Gdk.ModifierType.CONTROL_MASK
    | Gdk.ModifierType.MOD1_MASK
    | Gdk.ModifierType.SUPER_MASK
)


def key_of(event: Gdk.EventKey) -> Key | None:
    name = Gdk.keyval_name(event.keyval)
    return next((each for each in Key if name in each.value), None)


def is_alone(event: Gdk.EventKey) -> bool:
    """Nothing else is held."""
    return not event.state & _HELD


def is_held_with(event: Gdk.EventKey, modifiers: Gdk.ModifierType) -> bool:
    """One of ``modifiers`` is."""
    return bool(event.state & modifiers)
