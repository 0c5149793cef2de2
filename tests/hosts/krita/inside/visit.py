"""One walk through the docker in the real Krita: what it looks at, does and notes."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from tests.hosts.krita.inside.clicks import Panel, drag
from tests.hosts.krita.inside.hands import Hands
from velatura_plugin.client.events import Link
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_plugin.ui.qt.compat import Qt
from velatura_protocol.geometry import Rect

PHOTO = Path(__file__).parents[4] / "installer/demo/photo.png"
SCALE = 3
"""A job on the photograph as it is would be over before anybody could look at it."""
TOWER = Rect(425, 108, 50, 165)
KEYS = Qt.Key


class Visit:
    """One walk through the panel; what was seen goes into the driver's notes."""

    def __init__(self, driver) -> None:
        self.driver, self.app, self.hands = driver, driver.app, Hands()
        # Held on to: Krita 6 deletes those that it has handed out and that nobody holds.
        self.extensions = self.app.extensions()
        (self.extension,) = (
            each for each in self.extensions if isinstance(each, VelaturaExtension)
        )
        self.panel = Panel(self.extension)
        self.folder = Path(os.environ["VELATURA_DRIVE_SHOTS"])
        self.orders = Path(os.environ["VELATURA_DRIVE_ORDERS"])
        self._scale = SCALE

    @property
    def view(self):
        return self.panel.view

    @property
    def notice(self) -> str:
        """What it says; without anything to tell it may offer a model."""
        return self.view.notice.text.text() if self.view.notice.isVisible() else ""

    @property
    def state(self):
        return self.extension.app.controller.state

    def jobs(self):
        return self.state.jobs

    def note(self, name: str, **seen: object) -> None:
        self.driver.note(name, seen)

    def shoot(self, name: str) -> Iterator[object]:
        yield 250
        self.driver.shoot(self.folder / f"{name}.png")

    def order(self, what: str) -> Iterator[object]:
        """Of whoever runs the backend: it lives outside of Krita's root."""
        wanted = self.orders / what
        wanted.touch()
        yield lambda: not wanted.exists()

    @property
    def width(self) -> int:
        """The docker's."""
        return int(os.environ.get("VELATURA_DRIVE_WIDTH", "290"))

    def open_photo(self, scale: int = SCALE) -> Iterator[object]:
        self._scale = scale
        document = self.app.openDocument(str(PHOTO))
        width, height = scale * document.width(), scale * document.height()
        document.scaleImage(width, height, 300, 300, "Bicubic")
        document.waitForDone()
        self.app.activeWindow().addView(document)
        yield lambda: self.hands.is_ready(document)
        return document

    def open_picture(self, path: str) -> Generator[object, None, object]:
        """As it is."""
        self._scale = 1
        document = self.app.openDocument(path)
        self.app.activeWindow().addView(document)
        yield lambda: self.hands.is_ready(document)
        return document

    def draw(self, area: Rect) -> Generator[object, None, Rect]:
        """A selection with the pointer; in pixels of the photograph."""
        scaled = Rect(*(self._scale * each for each in (area.x, area.y, area.width, area.height)))
        self.app.action("KisToolSelectRectangular").trigger()
        yield 100
        yield from drag(self.app.activeWindow(), scaled)
        return scaled

    def select(self, document, area: Rect) -> Iterator[object]:
        scaled = yield from self.draw(area)
        yield lambda: self.state.document and _about(self.state.document.selected, scaled)

    def online(self) -> Callable[[], bool]:
        return lambda: self.state.link.link is Link.ONLINE and bool(self.state.engines)

    def all_ended(self) -> bool:
        return all(each.status.is_end for each in self.jobs())


def _about(found: Rect | None, wanted: Rect) -> bool:
    """A pointer is not exact to the pixel where the picture is zoomed out."""
    if found is None:
        return False
    edges = zip(
        (found.x, found.y, found.right, found.bottom),
        (wanted.x, wanted.y, wanted.right, wanted.bottom),
        strict=True,
    )
    return all(abs(a - b) <= 4 for a, b in edges)
