"""A photograph, something selected, ``velatura_remove``, accept, undo: by Krita's own actions."""

from __future__ import annotations

import hashlib
import math
import os
import struct
from collections.abc import Iterator

from tests.hosts.krita.inside.hands import Hands
from tests.hosts.krita.inside.pictures import outside
from velatura_plugin.client.events import Link
from velatura_plugin.host.krita.extension import VelaturaExtension
from velatura_plugin.state.state import JobStatus
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels

SIZE = Size(320, 240)
SELECTED = Rect(120, 90, 60, 48)
FORMATS = (PixelFormat(Depth.U8, Layout.BGRA), PixelFormat(Depth.U16, Layout.BGRA))


def photograph(form: PixelFormat) -> Pixels:
    """A wavy wall with a red blot on it; opaque."""
    full, code = (255, "B") if form.depth is Depth.U8 else (65535, "H")
    values: list[int] = []
    for y in range(SIZE.height):
        for x in range(SIZE.width):
            wave = 0.5 + 0.25 * math.sin(x / 9) + 0.15 * math.cos(y / 7 + x / 31)
            blot = math.hypot(x - 150, y - 114) < 20
            colour = (0.1, 0.1, 0.9) if blot else (wave * 0.7, wave * 0.9, wave)
            values += [round(each * full) for each in colour] + [full]
    return Pixels(SIZE, form, struct.pack(f"<{len(values)}{code}", *values))


def mask_of(document) -> Pixels:
    """That of the accepted layer."""
    (mask,) = document.topLevelNodes()[1].childNodes()
    data = bytes(mask.pixelData(0, 0, SIZE.width, SIZE.height))
    return Pixels(SIZE, MASK_FORMAT, data)


def main(driver) -> Iterator[object]:
    app = driver.app
    (extension,) = (each for each in app.extensions() if isinstance(each, VelaturaExtension))
    controller = extension.app.controller
    yield lambda: controller.state.link.link is Link.ONLINE and controller.state.engines
    for form in FORMATS:
        yield from _remove(driver, controller, form)


def _remove(driver, controller, form: PixelFormat) -> Iterator[object]:
    app, hands = driver.app, Hands()
    document = hands.open(photograph(form))
    yield lambda: hands.is_ready(document)
    before = hands.seen(document, form)
    hands.select(document, SELECTED, None)
    yield 100
    app.action("velatura_remove").trigger()
    assert controller.state.jobs, controller.state
    yield lambda: all(each.status.is_end for each in controller.state.jobs)
    (job,) = controller.state.jobs
    assert job.status is JobStatus.FINISHED, job.error
    yield 300
    staged = hands.layer_names(document)
    if folder := os.environ.get("VELATURA_DRIVE_SHOTS"):
        driver.shoot(f"{folder}/staged-{form.depth.value}.png")
    app.action("velatura_accept").trigger()
    yield 300
    document.waitForDone()
    accepted, names = hands.seen(document, form), hands.layer_names(document)
    mask = mask_of(document)
    undo = app.action("edit_undo").text()
    if folder:
        driver.shoot(f"{folder}/accepted-{form.depth.value}.png")
    hands.undo()
    yield 300
    document.waitForDone()
    undone = hands.seen(document, form)
    driver.note(
        form.depth.value,
        {
            "staged": staged,
            "accepted": names,
            "undo": undo,
            "changed": accepted != before,
            "outside_equal": outside(accepted, mask) == outside(before, mask),
            "undone_equal": undone == before,
            "undone_layers": hands.layer_names(document),
            "digest": hashlib.blake2b(bytes(accepted.data), digest_size=8).hexdigest(),
        },
    )
    yield 500
    hands.close(document)
    yield 200
