# pyright: standard
"""The system's dialog for files, without waiting for it."""

from __future__ import annotations

from collections.abc import Callable

from .toolkit import Gtk
from .wiring import connect


class FileDialog:
    """Belongs to a widget. ``native`` is there while it is open."""

    def __init__(self, owner: Gtk.Widget) -> None:
        self.native: Gtk.FileChooserNative | None = None
        self._owner = owner
        connect(owner, "destroy", self._close)

    def open(self, picked: Callable[[str], None], path: str = "") -> None:
        self._close()
        window = self._owner.get_toplevel()
        native = Gtk.FileChooserNative(
            title=self._owner.get_accessible().get_name() or "",
            transient_for=window if isinstance(window, Gtk.Window) else None,
            action=Gtk.FileChooserAction.OPEN,
            modal=False,
        )
        if path:
            native.set_filename(path)
        native.connect("response", lambda _native, response: self._answered(response, picked))
        self.native = native
        native.show()

    def _answered(self, response: int, picked: Callable[[str], None]) -> None:
        path = self.native.get_filename() if self.native is not None else None
        self._close()
        if response == Gtk.ResponseType.ACCEPT and path:
            picked(path)

    def _close(self) -> None:
        if self.native is not None:
            self.native.destroy()
            self.native = None
