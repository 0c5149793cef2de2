"""What users, GIMP and the machine do to pictures while the panel works on them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.visit import TOWER, Visit, layers
from velatura_plugin.client.events import Link
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_plugin.state.state import JobStatus
from velatura_plugin.ui.model import Action
from velatura_protocol.geometry import Rect


def main(visit: Visit) -> Iterator[object]:
    yield visit.online
    if "killed" in visit.notes:
        yield from _reopened(visit)
        return
    image = visit.image()
    yield from _several_pictures(visit, image)
    yield from _picture_closed(visit, image)
    yield from _layer_deleted(visit, image)
    yield from _undone_meanwhile(visit, image)
    yield from _staged_layer_deleted(visit, image)
    yield from _backend_killed(visit, image)
    yield from _panel_killed(visit, image)


def _several_pictures(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    """Which one is in front is seen by what is done in it, or said in the panel."""
    other = visit.open_photo("other")
    yield lambda: visit.image().get_id() == other.get_id()
    yield visit.window.chooser.get_mapped
    yield from visit.shoot("chooser")
    seen = [visit.window.get_title()]
    yield from visit.select(image, TOWER)
    seen.append(visit.window.get_title())
    yield from visit.select(other, Rect(20, 20, 40, 40))
    front = visit.process._host.images.of(image).id
    visit.window.chooser.combo.set_active_id(front)
    yield lambda: visit.image().get_id() == image.get_id()
    seen.append(visit.window.get_title())
    visit.close(other)
    yield lambda: not visit.window.chooser.get_visible()
    visit.note("pictures", titles=seen)


def _working(visit: Visit, image: Gimp.Image, **parameters: object) -> Iterator[object]:
    """A job of the checking engine that has begun, on the tower."""
    hands.select(image, TOWER, None)
    yield lambda: visit.state.document is not None and visit.state.document.selected == TOWER
    visit.edit("task", "fill")
    visit.edit("engine", "echo")
    for name, value in {"seconds": 2.0, "previews": 10, **parameters}.items():
        visit.edit(f"parameter:{name}", value)
    visit.edit("variations", 1)
    yield visit.view.generate.get_sensitive
    known = {each.job for each in visit.jobs}
    yield from visit.click(visit.view.generate)
    yield lambda: any(
        each.job not in known and (each.status is JobStatus.RUNNING or each.status.is_end)
        for each in visit.jobs
    )


def _picture_closed(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    other = visit.open_photo("closed")
    yield lambda: visit.image().get_id() == other.get_id()
    yield from _working(visit, other)
    visit.close(other)
    yield lambda: not visit.jobs
    yield lambda: visit.image().get_id() == image.get_id()
    visit.note("closed", jobs=len(visit.jobs), word=visit.word, layers=layers(image))


def _layer_deleted(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    upper = image.get_layers()[0].copy()
    upper.set_name("upper")
    image.insert_layer(upper, None, 0)
    yield from _working(visit, image)
    image.remove_layer(upper)
    yield visit.staged
    names = layers(image)
    yield from visit.click(visit.strip.beside[Action.ACCEPT])
    yield lambda: not visit.jobs
    visit.note("layer_deleted", staged=names, accepted=layers(image))
    image.remove_layer(image.get_layers()[0])


def _undone_meanwhile(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    """With previews on the canvas, which are none of the history's business."""
    visit.edit("setting:canvas_previews", True)
    before = hands.fingerprint(image)
    added = image.get_layers()[0].copy()
    added.set_name("added")
    image.insert_layer(added, None, 0)
    yield from _working(visit, image)
    yield lambda: any(each.startswith("[Preview]") for each in layers(image))
    shown = layers(image)
    yield from visit.press("ctrl+z", lambda: "added" not in layers(image))
    yield visit.staged
    staged = layers(image)
    yield from visit.click(visit.button(Action.ACCEPT))
    yield lambda: not visit.jobs
    accepted = layers(image)
    yield from visit.press("ctrl+z", lambda: len(layers(image)) == len(accepted) - 1)
    visit.note(
        "undone",
        shown=shown,
        staged=staged,
        accepted=len(accepted),
        same=hands.fingerprint(image)[1:2] == before[1:2],
    )
    visit.edit("setting:canvas_previews", False)


def _staged_layer_deleted(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    yield from _working(visit, image, seconds=0.2)
    yield visit.staged
    image.remove_layer(image.get_layers()[0])
    gone = layers(image)
    yield from visit.click(visit.button(Action.ACCEPT))
    yield lambda: not visit.jobs
    visit.note("staged_deleted", gone=gone, accepted=layers(image))
    image.remove_layer(image.get_layers()[0])


def _backend_killed(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    yield from _working(visit, image, seconds=20.0)
    yield from visit.order("kill")
    yield lambda: visit.state.link.link is not Link.ONLINE
    yield from visit.shoot("link-lost")
    yield lambda: visit.word != "Working"
    visit.note("lost", word=visit.word, enabled=visit.view.generate.get_sensitive())
    yield from visit.order("start")
    yield visit.online
    yield visit.all_ended
    status = [each.status.value for each in visit.jobs]
    yield from _working(visit, image, seconds=0.2)
    yield lambda: any(each.is_staging for each in visit.jobs) and visit.all_ended()
    visit.note("recovered", status=status, word=visit.word, layers=layers(image))
    for each in visit.jobs:
        visit.process.app.controller.discard(each.job)


def _panel_killed(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    yield from _working(visit, image, seconds=0.2)
    yield visit.staged
    visit.note("killed", layers=layers(image))
    os.kill(os.getpid(), signal.SIGKILL)
    yield lambda: False


def _reopened(visit: Visit) -> Iterator[object]:
    image = visit.image()
    left = layers(image)
    yield from _working(visit, image, seconds=0.2)
    yield visit.staged
    visit.note("reopened", layers=left, staged=len(layers(image)), word=visit.word)
    visit.process.close()
