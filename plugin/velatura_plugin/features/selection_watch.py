"""Telling from looks, several a second, when a selection is finished."""

from __future__ import annotations

from velatura_protocol.geometry import Rect

Place = tuple[str, Rect]
"""A document's id, and the bounds of what is selected there."""

DRAG_LOOKS = 2
"""For so many the pointer is down while something is drawn; a click on a button is shorter."""

SOON_LOOKS = 2
"""Within so many after it the editor shows what was drawn."""


class SelectionWatch:
    """One for each time retouch mode is on."""

    def __init__(self) -> None:
        self.saw_it_drawn = False
        """Whether what is selected now has been drawn with the pointer."""
        self._place: Place | None = None
        self._looks = 0
        self._looks_kept_off = 0
        self._looks_since_drag = SOON_LOOKS

    def is_kept_off(self) -> None:
        """The pointer is down: what is selected may still change."""
        self._looks_kept_off += 1
        if self._looks_kept_off >= DRAG_LOOKS:
            self._looks_since_drag = 0

    def sees(self, place: Place | None) -> Place | None:
        """``place`` at the second look at it, and at no later one, as long as it stays."""
        self._looks_kept_off = 0
        self._looks_since_drag += 1
        if place != self._place:
            self.saw_it_drawn = self._looks_since_drag <= SOON_LOOKS
            self._place, self._looks = place, 0
        self._looks += 1
        return place if self._looks == 2 else None
