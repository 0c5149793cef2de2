"""Retouch mode in the real Krita: blemish after blemish with the pointer, nothing else pressed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.krita.inside.clicks import full_screen, only_panel_and_layers
from tests.hosts.krita.inside.visit import KEYS, Visit
from velatura_plugin.features.retouch import GROUP
from velatura_protocol.geometry import Rect

BLEMISHES = (Rect(425, 108, 40, 60), Rect(215, 110, 30, 50), Rect(505, 330, 40, 40))


def main(driver) -> Iterator[object]:
    visit = Visit(driver)
    yield from full_screen(driver)
    document = yield from visit.open_photo()
    yield from only_panel_and_layers(driver, 290)
    visit.app.action("zoom_to_fit").trigger()
    yield from visit.order("start")
    yield visit.online()
    switch = visit.view.form.main.row("retouch").editor.widget
    visit.panel.press(switch, KEYS.Key_Space)
    yield lambda: visit.state.retouch.is_on
    visit.note("on", action=visit.app.action("velatura_retouch_mode").isChecked())
    for count, blemish in enumerate(BLEMISHES, 1):
        yield from visit.draw(blemish)
        yield lambda wanted=count: len(_retouched(document)) == wanted
    yield lambda: not visit.jobs()
    yield from visit.shoot("retouch")
    visit.note(
        "retouched", layers=len(_retouched(document)), jobs=len(visit.jobs()),
        selected=document.selection() is not None,
        tops=visit.hands.layer_names(document),
    )  # fmt: skip
    visit.hands.undo()
    yield lambda: len(_retouched(document)) == len(BLEMISHES) - 1
    visit.app.action("velatura_retouch_mode").trigger()
    yield lambda: not visit.state.retouch.is_on
    visit.hands.close_all()
    yield 300


def _retouched(document) -> list[object]:
    groups = [each for each in document.topLevelNodes() if each.name() == GROUP]
    return groups[0].childNodes() if groups else []
