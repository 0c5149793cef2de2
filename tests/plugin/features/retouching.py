"""A plug-in in retouch mode."""

from __future__ import annotations

from tests.plugin.desk import REMOVE, Desk, noise
from velatura_plugin.features.retouch import Retouch
from velatura_plugin.host.base import Document, LayerInfo
from velatura_protocol.geometry import Rect, Size

FIRST, SECOND, THIRD = Rect(2, 2, 3, 3), Rect(20, 10, 4, 2), Rect(30, 2, 2, 2)


class Bench:
    """A plug-in in retouch mode, over a picture in which nothing is selected."""

    def __init__(self, plugin: Desk) -> None:
        self.plugin = plugin
        self.host = plugin.host
        self.retouch = Retouch(plugin.controller)
        self.document = self.open()
        plugin.connect()
        self.retouch.turn_on(REMOVE)

    def open(self) -> Document:
        return self.host.open(noise(Size(40, 16)))

    def draw(self, region: Rect, data: bytes | None = None) -> None:
        """A selection, and time for it to be noticed."""
        self.host.select(self.document, region, data)
        self.retouch.tick()
        self.retouch.tick()

    def rest(self) -> None:
        """Until nothing runs."""
        self.plugin.until(lambda: not any(each.is_active for each in self.state.jobs))

    @property
    def state(self):
        return self.plugin.controller.state

    @property
    def layers(self) -> list[LayerInfo]:
        return list(self.host.layers(self.document))

    @property
    def names(self) -> list[str]:
        return ["  " * each.depth + each.name for each in self.layers]

    @property
    def undo_steps(self) -> int:
        return len(self.host.documents[self.document.id].undo_log)

    @property
    def is_clean(self) -> bool:
        layers = self.host.documents[self.document.id].contents.layers
        return not any(each.job for each in layers)
