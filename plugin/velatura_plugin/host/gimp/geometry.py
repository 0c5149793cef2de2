# pyright: standard
"""Where the panel's window was, to be there again the next time."""

from __future__ import annotations

from dataclasses import dataclass

KEY = "gimp.window"
"""Among the choices that the settings remember."""
_LEAST = 120


@dataclass(frozen=True)
class Place:
    """In pixels of the screen."""

    x: int
    y: int
    width: int
    height: int

    @property
    def text(self) -> str:
        return f"{self.x} {self.y} {self.width} {self.height}"


def place_of(text: str) -> Place | None:
    """None where it says nothing of use."""
    try:
        place = Place(*map(int, text.split()))
    except (TypeError, ValueError):
        return None
    return place if min(place.width, place.height) >= _LEAST else None
