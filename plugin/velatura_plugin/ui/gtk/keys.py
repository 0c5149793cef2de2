# pyright: standard
"""Keys by their names."""

from __future__ import annotations

from collections.abc import Mapping

from ..strip_actions import Key
from .toolkit import Gdk

_NAMES: Mapping[Key, tuple[str, ...]] = {
    Key.ENTER: ("Return", "KP_Enter", "ISO_Enter"),
    Key.SPACE: ("space", "KP_Space"),
    Key.DELETE: ("Delete", "KP_Delete"),
    Key.LEFT: ("Left", "KP_Left"),
    Key.RIGHT: ("Right", "KP_Right"),
    Key.UP: ("Up", "KP_Up"),
    Key.DOWN: ("Down", "KP_Down"),
    Key.ESCAPE: ("Escape",),
}
_HELD = (
    Gdk.ModifierType.SHIFT_MASK
    | Gdk.ModifierType.CONTROL_MASK
    | Gdk.ModifierType.MOD1_MASK
    | Gdk.ModifierType.SUPER_MASK
)


def key_of(event: Gdk.EventKey) -> Key | None:
    name = Gdk.keyval_name(event.keyval)
    return next((key for key, names in _NAMES.items() if name in names), None)


def is_alone(event: Gdk.EventKey) -> bool:
    """Nothing else is held."""
    return not event.state & _HELD


def is_held_with(event: Gdk.EventKey, modifiers: Gdk.ModifierType) -> bool:
    """One of ``modifiers`` is."""
    return bool(event.state & modifiers)
