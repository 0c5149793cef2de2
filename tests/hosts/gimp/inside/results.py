"""Where results go, and the ways to ask for several: everything behind the arrows of the panel."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Iterator

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.brightness import as_bright_as_results
from tests.hosts.gimp.inside.conductor import FLOOD
from tests.hosts.gimp.inside.visit import Visit, layers
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_plugin.host.gimp.wire import reading_end
from velatura_plugin.ui.model import Action
from velatura_protocol.geometry import Rect

SELECTED = Rect(30, 20, 24, 30)
_COMMANDS = 100
_COMING_SECONDS = 20.0
_LATE_SECONDS = 0.1
_TRIES = 20


def main(visit: Visit) -> Iterator[object]:
    yield visit.online
    image = visit.open_photo("small")
    image.crop(96, 80, 400, 150)
    image.clean_all()
    yield lambda: visit.image().get_id() == image.get_id()
    yield from _flooded(visit)
    yield from _interrupted(visit)
    yield from as_bright_as_results(visit)
    yield from _several(visit, image)
    yield from _repeated(visit, image)
    yield from _each_layer(visit, image)
    yield from _transparent(visit, image)
    yield from _extended(visit, image)
    yield from _upscaled(visit, image)
    visit.process.close()


def _flooded(visit: Visit) -> Iterator[object]:
    """Neither GIMP nor the panel waits for the other."""
    asked = visit.result.with_name(FLOOD)
    taken = 0
    bring = visit.process._bring_to_front

    def count(handed: object) -> None:
        nonlocal taken
        taken += 1
        bring(handed)

    visit.process._bring_to_front = count
    asked.write_text(str(_COMMANDS))
    yield lambda: not asked.exists()
    yield lambda: taken == _COMMANDS
    visit.note("flooded", taken=taken)


def _interrupted(visit: Visit) -> Iterator[object]:
    """A command that has come while the panel was busy, and that another call of the same turn of
    the main loop takes in: nobody waits for a second one."""
    end, asked = reading_end(sys.argv), visit.result.with_name(FLOOD)
    assert end is not None
    waits: list[int] = []
    for _ in range(_TRIES):
        asked.write_text("1")
        select.select([end], [], [], _COMING_SECONDS)
        time.sleep(_LATE_SECONDS)  # the next tick is due in the turn that finds the command
        yield lambda: True
        waits, _, _ = select.select([end], [], [], 0.0)
        Gimp.get_images()
        yield lambda: not asked.exists()
        if waits:
            break
    visit.note("interrupted", met=bool(waits))


def _ask(visit: Visit, task: str, **fields: object) -> None:
    visit.edit("task", task)
    visit.edit("engine", "echo")
    for name, value in fields.items():
        visit.edit(name, value)


def _perform(visit: Visit, action: Action) -> Iterator[object]:
    """Waits until all that it has begun is staged."""
    known = {each.job for each in visit.jobs}
    visit.process._panel.perform(action)
    yield lambda: any(each.job not in known for each in visit.jobs)
    yield visit.staged


def _accept(visit: Visit, action: Action = Action.ACCEPT) -> None:
    for each in visit.jobs:
        visit.process._panel.perform(action, each.job)


def _several(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    yield from visit.select(image, SELECTED)
    _ask(visit, "fill", variations=3)
    yield from _perform(visit, Action.GENERATE)
    _accept(visit, Action.ACCEPT_ALL)
    tops = [each.get_name() for each in image.get_layers()]
    inside = [each.get_visible() for each in image.get_layers()[0].get_children()]
    visit.note("several", tops=tops, inside=inside)
    image.remove_layer(image.get_layers()[0])


def _repeated(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    visit.edit("task", "restore")  # whatever the panel shows: the last one is done again
    yield from _perform(visit, Action.REPEAT)
    visit.note("repeated", intent=visit.jobs[0].intent.value, variations=visit.jobs[0].variations)
    visit.process.app.controller.discard(visit.jobs[0].job)


def _each_layer(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    Gimp.Selection.none(image)
    upper = image.get_layers()[0].copy()
    upper.set_name("upper")
    image.insert_layer(upper, None, 0)
    image.set_selected_layers(list(image.get_layers()))
    _ask(visit, "restyle", variations=1)
    yield from _perform(visit, Action.EACH_LAYER)
    count = len(visit.jobs)
    _accept(visit)
    visit.note("each", jobs=count, layers=layers(image))
    for each in image.get_layers():
        if each.get_name() != "Background":
            image.remove_layer(each)


def _transparent(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    layer = image.get_layers()[0]
    layer.add_alpha()
    image.set_selected_layers([layer])
    hands.select(image, Rect(0, 0, 20, 20), None)
    layer.edit_clear()
    Gimp.Selection.none(image)
    _ask(visit, "fill", variations=1)
    yield from _perform(visit, Action.FILL_TRANSPARENT)
    region = visit.jobs[0].regions[0]
    _accept(visit)
    visit.note("transparent", corner=[region.x, region.y], layers=len(image.get_layers()))
    image.remove_layer(image.get_layers()[0])


def _extended(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    _ask(visit, "extend", variations=1, extent="16:9")
    yield from _perform(visit, Action.GENERATE)
    before = [image.get_width(), image.get_height()]
    _accept(visit)
    after = [image.get_width(), image.get_height()]
    visit.note("extended", before=before, after=after)
    yield from visit.press("ctrl+z", lambda: [image.get_width(), image.get_height()] == before)
    visit.note("shrunk", layers=layers(image))


def _upscaled(visit: Visit, image: Gimp.Image) -> Iterator[object]:
    known = {each.get_id() for each in Gimp.get_images()}
    _ask(visit, "upscale", variations=1, place="new_document")
    yield from _perform(visit, Action.GENERATE)
    _accept(visit)
    (made,) = (each for each in Gimp.get_images() if each.get_id() not in known)
    yield lambda: visit.window.chooser.get_visible()
    front = visit.image().get_id() == image.get_id()
    visit.note("new", size=[made.get_width(), made.get_height()], front=front)
    visit.edit("place", "resize_document")
    yield from _perform(visit, Action.GENERATE)
    _accept(visit)
    visit.note("resized", size=[image.get_width(), image.get_height()])
