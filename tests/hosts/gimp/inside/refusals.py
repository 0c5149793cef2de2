"""What a user or a script can hand in that cannot be worked on, or only just: GIMP's error, and the
picture as it was. By the procedures, as scripts call them."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.live import (
    SELECTED,
    backend,
    own_step,
    print_of,
    textured,
    undoes_own_step,
    workers,
)
from tests.hosts.gimp.inside.sheets import Sheet, add_group, picture
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp
from velatura_protocol.geometry import Rect

_NO_ROOM = 512
Make = Callable[[Sheet], "list[Gimp.Drawable]"]


@pytest.fixture
def sheet() -> Iterator[Sheet]:
    """Of two layers, with a part selected."""
    made = picture(GimpHost(), textured())
    hands.add_layer(made.image, "upper", textured(turn=1.0))
    hands.select(made.image, SELECTED, None)
    yield made
    hands.close_all()


def run(sheet: Sheet, drawables: list[Gimp.Drawable], **arguments: object) -> tuple[str, str]:
    """A removal: its status, and what GIMP says of it."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
    config = procedure.create_config()
    config.set_property("image", sheet.image)
    config.set_core_object_array("drawables", drawables)
    for name, value in arguments.items():
        config.set_property(name, value)
    status = procedure.run(config).index(0)
    return status.value_nick, Gimp.get_pdb().get_last_error() or ""


def refused(sheet: Sheet, drawables: list[Gimp.Drawable], said: str, **arguments: object) -> None:
    mine = own_step(sheet)
    before = print_of(sheet)
    status, error = run(sheet, drawables, **arguments)
    assert status == "execution-error", error
    assert said in error
    assert print_of(sheet) == before
    undoes_own_step(sheet, mine)
    works()


def works() -> None:
    """A removal in a picture of its own, taken back by one undo."""
    sheet = picture(GimpHost(), textured())
    hands.select(sheet.image, SELECTED, None)
    before, seen = sheet.prints(), hands.seen(sheet.image)
    status, error = run(sheet, sheet.image.get_layers())
    assert status == "success", error
    assert len(sheet.image.get_layers()) == 2
    after = sheet.prints()
    assert {each: after[each] for each in before} == before
    sheet.undo()
    assert sheet.prints() == before
    assert hands.seen(sheet.image) == seen
    hands.close(sheet.window)


def echo(seconds: float, previews: int = 0) -> dict[str, object]:
    """Arguments of a removal that takes its time."""
    return {
        "engine": "echo",
        "parameters": json.dumps({"seconds": seconds, "previews": previews}),
    }


# -- nothing to work on ----------------------------------------------------------------------------


def test_no_picture(sheet: Sheet) -> None:
    """GIMP's own refusal: nothing is started."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
    config = procedure.create_config()
    before = print_of(sheet)
    status = procedure.run(config).index(0)
    assert status.value_nick in ("calling-error", "execution-error")
    assert print_of(sheet) == before
    works()


def test_a_picture_that_was_closed(sheet: Sheet) -> None:
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
    config = procedure.create_config()
    config.set_property("image", sheet.image)
    config.set_core_object_array("drawables", sheet.image.get_layers()[:1])
    hands.close(sheet.window)
    status = procedure.run(config).index(0)
    assert status.value_nick in ("calling-error", "execution-error")
    works()


def test_no_layer(sheet: Sheet) -> None:
    for layer in sheet.image.get_layers():
        sheet.image.remove_layer(layer)
    before = print_of(sheet)
    status, error = run(sheet, [])
    assert status == "execution-error"
    assert "no layer" in error.lower()
    assert print_of(sheet) == before
    works()


def test_nothing_selected(sheet: Sheet) -> None:
    Gimp.Selection.none(sheet.image)
    refused(sheet, sheet.image.get_layers()[:1], "Select something first")


def test_a_selection_of_nothing(sheet: Sheet) -> None:
    hands.select(sheet.image, SELECTED, bytes(SELECTED.area))
    refused(sheet, sheet.image.get_layers()[:1], "Select something first")


def test_a_selection_outside_of_the_canvas(sheet: Sheet) -> None:
    hands.select(sheet.image, Rect(400, 300, 20, 20), None)
    refused(sheet, sheet.image.get_layers()[:1], "Select something first")


def test_a_floating_selection(sheet: Sheet) -> None:
    """GIMP puts no layer beside one."""
    floating = Gimp.Selection.float(sheet.image, sheet.image.get_layers()[:1], 3, 2)
    hands.select(sheet.image, SELECTED, None)
    before = print_of(sheet)
    status, error = run(sheet, [floating])
    assert status == "execution-error"
    assert "floating selection" in error
    assert print_of(sheet) == before
    works()


def test_nothing_is_left_to_take_from(sheet: Sheet) -> None:
    Gimp.Selection.all(sheet.image)
    refused(sheet, sheet.image.get_layers()[:1], "Nothing is left outside the selection")


# -- layers that are not plain ones ----------------------------------------------------------------


def _group(sheet: Sheet) -> list[Gimp.Drawable]:
    group = add_group(sheet, "group")
    layer = Gimp.Layer.new(
        sheet.image, "in it", 40, 30, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL
    )
    layer.fill(Gimp.FillType.WHITE)
    sheet.image.insert_layer(layer, group, 0)
    sheet.activate(group)
    return [group]


def _locked(lock: str) -> Make:
    def make(sheet: Sheet) -> list[Gimp.Drawable]:
        layer = sheet.image.get_layers()[0]
        getattr(layer, f"set_lock_{lock}")(True)
        return [layer]

    return make


def _hidden(sheet: Sheet) -> list[Gimp.Drawable]:
    layer = sheet.image.get_layers()[0]
    layer.set_visible(False)
    return [layer]


def _beside(sheet: Sheet) -> list[Gimp.Drawable]:
    """The selection lies outside of the layer."""
    layer = Gimp.Layer.new(
        sheet.image, "small", 10, 10, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL
    )
    sheet.image.insert_layer(layer, None, 0)
    return [layer]


def _masked(sheet: Sheet) -> list[Gimp.Drawable]:
    layer = sheet.image.get_layers()[0]
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    layer.set_edit_mask(True)
    return [mask]


def _channel(sheet: Sheet) -> list[Gimp.Drawable]:
    red = Gegl.Color.new("red")
    size = (sheet.image.get_width(), sheet.image.get_height())
    channel = Gimp.Channel.new(sheet.image, "saved", *size, 50.0, red)
    sheet.image.insert_channel(channel, None, 0)
    sheet.image.set_selected_channels([channel])
    return [channel]


def _several(sheet: Sheet) -> list[Gimp.Drawable]:
    sheet.activate(*sheet.image.get_layers())
    return sheet.image.get_layers()


_MAKERS = {
    "group": _group,
    "content": _locked("content"),
    "position": _locked("position"),
    "alpha": _locked("alpha"),
    "hidden": _hidden,
    "beside": _beside,
    "mask": _masked,
    "channel": _channel,
    "several": _several,
}


@pytest.mark.parametrize("make", _MAKERS.values(), ids=_MAKERS)
def test_something_is_removed_over_it(sheet: Sheet, make: Make) -> None:
    """A layer of its own; what there was, what is selected and what is active stay as they are."""
    drawables = make(sheet)
    before, count = sheet.prints(), len(sheet.prints())
    facts = hands.fingerprint(sheet.image)[2:5]
    status, error = run(sheet, drawables)
    assert status == "success", error
    after = sheet.prints()
    assert len(after) == count + 1
    assert {each: after[each] for each in before} == before
    assert hands.fingerprint(sheet.image)[2:5] == facts
    sheet.undo()
    assert sheet.prints() == before


# -- the backend -----------------------------------------------------------------------------------


def _meanwhile(action: Callable[[], object], seconds: float) -> threading.Thread:
    """The suite's own thread waits for the procedure."""

    def act() -> None:
        time.sleep(seconds)
        action()

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def test_the_backend_is_killed(sheet: Sheet) -> None:
    killing = _meanwhile(_kill_while_it_works, 0.0)
    refused(sheet, sheet.image.get_layers()[:1], "Your document is unchanged", **echo(60.0))
    killing.join()


def _kill_while_it_works() -> None:
    end = time.monotonic() + 60.0
    while not _is_at_work() and time.monotonic() < end:
        time.sleep(0.1)
    os.kill(backend(), signal.SIGKILL)


def _is_at_work() -> bool:
    """By the backend's journal, which knows of a start half a second later."""
    journal = Path(os.environ["VELATURA_DATA_DIR"], "journal.sqlite3")
    with contextlib.closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as found:
        (count,) = found.execute("SELECT count(*) FROM jobs WHERE state = 'running'").fetchone()
    return count > 0


def test_every_worker_is_killed(sheet: Sheet) -> None:
    ended = threading.Event()

    def kill() -> None:
        while not ended.wait(0.5):
            for each in workers():
                os.kill(each, signal.SIGKILL)

    killing = _meanwhile(kill, 3.0)
    mine, before = own_step(sheet), print_of(sheet)
    before = print_of(sheet)
    try:
        status, error = run(sheet, sheet.image.get_layers()[:1], **echo(30.0))
    finally:
        ended.set()
        killing.join()
    assert status == "execution-error"
    assert "Your document is unchanged" in error
    assert print_of(sheet) == before
    undoes_own_step(sheet, mine)
    works()


def test_the_disk_is_full(sheet: Sheet) -> None:
    server = backend()
    unlimited = resource.prlimit(server, resource.RLIMIT_FSIZE)
    resource.prlimit(server, resource.RLIMIT_FSIZE, (_NO_ROOM, unlimited[1]))
    mine = own_step(sheet)
    before = print_of(sheet)
    try:
        status, error = run(sheet, sheet.image.get_layers()[:1])
    finally:
        resource.prlimit(server, resource.RLIMIT_FSIZE, unlimited)
    assert status == "execution-error"
    assert "The disk is full" in error
    assert print_of(sheet) == before
    undoes_own_step(sheet, mine)
    works()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"engine": "none_such"}, "There is no engine called"),
        ({"parameters": "{"}, "no JSON"),
        ({"engine": "echo", "parameters": '{"fail": "unexpected"}'}, "The engine failed"),
        ({"engine": "echo", "parameters": '{"fail": "out_of_memory"}'}, "Not enough memory"),
        ({"engine": "echo", "parameters": '{"crash": true}'}, "The engine stopped unexpectedly"),
    ],
    ids=["engine", "parameters", "exception", "memory", "crash"],
)
def test_what_fails_is_one_sentence(sheet: Sheet, arguments: dict[str, object], said: str) -> None:
    refused(sheet, sheet.image.get_layers()[:1], said, **arguments)
