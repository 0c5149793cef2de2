# pyright: standard
"""The marching ants of the selection, which lie over the very edge that is to be judged.

Krita has one switch for them, which acts on the view in front, and whose mark is that of the view
it acted on last. So what was hidden in a document is shown again while that is in front, and the
switch is believed only once it has been used.
"""

from __future__ import annotations

import krita

from .listing import view_of
from .opened import OpenDocument

SWITCH = "toggle_display_selection"


class Ants:
    """Follows what is staged. Asked often, since documents are changed and closed by the user."""

    def __init__(self) -> None:
        self._hidden: set[str] = set()

    def follow(self, front: OpenDocument | None) -> None:
        """``front`` is the document that the user looks at."""
        if front is None or view_of(front.document) is None:
            return  # Krita 5.2 ends at its switch where there is no view
        is_staging = not front.stage.is_empty
        if is_staging and front.id not in self._hidden and self._hide():
            self._hidden.add(front.id)
        elif front.id in self._hidden and not is_staging:
            self._hidden.remove(front.id)
            self._show()

    def end(self, front: OpenDocument | None) -> None:
        if front is not None and front.id in self._hidden and view_of(front.document) is not None:
            self._show()
        self._hidden.clear()

    def _hide(self) -> bool:
        """Not where the user has done so before."""
        action = krita.Krita.instance().action(SWITCH)
        if action is None or not action.isChecked():
            return False
        action.trigger()
        if action.isChecked():  # they were hidden, though the mark said otherwise
            action.trigger()
            return False
        return True

    def _show(self) -> None:
        action = krita.Krita.instance().action(SWITCH)
        if action is None:
            return
        action.trigger()
        if not action.isChecked():  # the user had shown them meanwhile
            action.trigger()
