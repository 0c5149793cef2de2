"""The docker in the real Krita, by clicks and keys, through the rows of its state table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.hosts.krita.inside.clicks import Panel, full_screen, only_panel_and_layers
from tests.hosts.krita.inside.hands import Hands
from velatura_plugin.events import Link
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_protocol.geometry import Rect

PHOTO = Path(__file__).parents[4] / "installer/demo/photo.png"
SELECTED = Rect(250, 150, 90, 120)


class Visit:
    """Pictures and notes of one walk through the panel."""

    def __init__(self, driver) -> None:
        self.driver, self.app, self.hands = driver, driver.app, Hands()
        (self.extension,) = (
            each for each in self.app.extensions() if isinstance(each, VelaturaExtension)
        )
        self.panel = Panel(self.extension)
        self.folder = os.environ["VELATURA_DRIVE_SHOTS"]

    @property
    def state(self):
        return self.extension.app.controller.state

    def shoot(self, name: str) -> Iterator[object]:
        yield 400
        self.driver.shoot(f"{self.folder}/{name}.png")

    def open_photo(self) -> Iterator[object]:
        document = self.app.openDocument(str(PHOTO))
        self.app.activeWindow().addView(document)
        yield lambda: self.hands.is_ready(document)
        self.app.action("zoom_to_100pct").trigger()
        yield 200
        return document


def main(driver) -> Iterator[object]:
    visit = Visit(driver)
    yield from full_screen(driver)
    document = yield from visit.open_photo()
    yield from only_panel_and_layers(driver)
    yield lambda: visit.state.link.link is Link.ONLINE and visit.state.engines
    yield 500
    visit.hands.select(document, SELECTED, None)
    yield from visit.shoot("idle")
    visit.panel.click(visit.panel.view.generate)
    yield lambda: visit.state.jobs and all(each.status.is_end for each in visit.state.jobs)
    yield from visit.shoot("staging")
    visit.hands.close_all()
    yield 500
