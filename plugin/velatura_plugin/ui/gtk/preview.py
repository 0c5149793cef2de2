# pyright: standard
"""What a running job looks like now, for who has no preview on the canvas."""

from __future__ import annotations

from velatura_protocol.pixels import Pixels, Transfer

from .images import Picture
from .measures import PREVIEW
from .toolkit import GLib
from .wiring import after, connect

INTERVAL_MS = 200


class PreviewPicture(Picture):
    """The latest wins; at most five a second."""

    def __init__(self) -> None:
        super().__init__()
        self._latest: Pixels | None = None
        self._transfer: Transfer | None = None
        self._wait = 0
        connect(self, "destroy", self._stop)

    def show_latest(self, pixels: Pixels | None, transfer: Transfer | None = None) -> None:
        self._latest, self._transfer = pixels, transfer
        self.set_visible(pixels is not None)
        if pixels is None:
            self._stop()
            self.display(None, PREVIEW)
        elif not self._wait:
            self.display(pixels, PREVIEW, transfer)
            self._wait = after(INTERVAL_MS, self._waited)

    def _waited(self) -> bool:
        self._wait = 0
        self.display(self._latest, PREVIEW, self._transfer)
        return False

    def _stop(self) -> None:
        if self._wait:
            GLib.source_remove(self._wait)
            self._wait = 0
