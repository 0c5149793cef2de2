"""Retouch mode by Krita's own action: blemishes selected one after another, undone one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.krita.inside.hands import Hands
from tests.hosts.krita.inside.removal import photograph
from velatura_plugin.events import Link
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Depth, Layout, PixelFormat

FORM = PixelFormat(Depth.U8, Layout.BGRA)
BLEMISHES = (Rect(20, 20, 12, 10), Rect(140, 100, 20, 20), Rect(145, 105, 24, 24))


def main(driver) -> Iterator[object]:
    app, hands = driver.app, Hands()
    (extension,) = (each for each in app.extensions() if isinstance(each, VelaturaExtension))
    controller = extension.app.controller
    yield lambda: controller.state.link.link is Link.ONLINE and controller.state.engines
    document = hands.open(photograph(FORM))
    yield lambda: hands.is_ready(document)
    seen = [bytes(hands.seen(document, FORM).data)]
    action = app.action("velatura_retouch_mode")
    action.trigger()
    yield lambda: controller.state.retouch.is_on
    # The last one overlaps the second, and is drawn while that is worked on.
    for region in BLEMISHES:
        hands.select(document, region, None)
        yield lambda: document.selection() is None
    yield lambda: not controller.state.jobs and not controller.state.retouch.waiting
    yield 300
    document.waitForDone()
    tree = [(each.name, each.depth) for each in controller.host.layers(_active(controller))]
    driver.note("tree", tree)
    driver.note("problem", str(controller.state.notice))
    driver.note("is_on", action.isChecked())
    action.trigger()
    yield lambda: not controller.state.retouch.is_on
    last = bytes(hands.seen(document, FORM).data)
    yield from _undo_all(driver, hands, document, len(BLEMISHES))
    driver.note("changed", last != seen[0])
    driver.note("undone", bytes(hands.seen(document, FORM).data) == seen[0])
    driver.note("left", list(hands.layer_names(document)))
    hands.close(document)
    yield 200


def _active(controller):
    document = controller.host.active_document()
    assert document is not None
    return document


def _undo_all(driver, hands: Hands, document, steps: int) -> Iterator[object]:
    """By Krita 5.2 a selection that is taken off is no step of its own."""
    for _ in range(3 * steps):
        if len(hands.layer_names(document)) == 1:
            return
        hands.undo()
        yield 200
        document.waitForDone()
