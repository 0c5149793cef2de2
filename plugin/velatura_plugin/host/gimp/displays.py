# pyright: standard
"""Windows of pictures, as far as they are known: GIMP tells which a command came from, and lists
none."""

from __future__ import annotations

from .gi_names import Gimp


class Displays:
    def __init__(self) -> None:
        self._of_images: dict[int, int] = {}

    def note(self, image: int, display: int) -> None:
        if image and display:
            self._of_images[image] = display

    def bring_up(self, image: int) -> None:
        """The picture's window gets the focus, where it is known and still there."""
        display = self._of_images.get(image, 0)
        if display and Gimp.Display.id_is_valid(display):
            Gimp.Display.get_by_id(display).present()
