"""What can happen to the core's jobs while they run: the message, the picture as it was, and a GIMP
and a plug-in that go on working."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.live import (
    PREVIEW,
    REMOVE,
    Live,
    backend,
    own_step,
    print_of,
    slow,
    undoes_own_step,
    workers,
)
from tests.hosts.gimp.inside.live import live as lived
from tests.hosts.gimp.inside.sheets import Sheet
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_protocol.geometry import Rect

_NO_ROOM = 512
"""Bytes a file may have where the disk is to be full."""


@pytest.fixture
def live() -> Iterator[Live]:
    yield from lived()


@pytest.fixture
def sheet(live: Live) -> Sheet:
    return live.open()


def previews(live: Live, sheet: Sheet) -> list[str]:
    return [each for each in live.names(sheet) if each.startswith(PREVIEW)]


# -- the user goes on working ----------------------------------------------------------------------


def test_the_picture_is_closed(live: Live, sheet: Sheet) -> None:
    job = live.start(sheet, slow())
    live.until_preview(sheet, job)
    hands.close(sheet.window)
    live.wait(lambda: not live.state.jobs)
    live.works()


def test_the_picture_is_closed_with_a_result_waiting(live: Live, sheet: Sheet) -> None:
    job = live.start(sheet, REMOVE)
    live.finished(job)
    hands.close(sheet.window)
    live.controller.store.attempt(lambda: live.controller.accept(job))
    assert live.notice == "The picture was closed. What was finished is in its history."
    live.works()


def test_the_layer_is_deleted(live: Live, sheet: Sheet) -> None:
    """The result goes over the one that is active now."""
    upper, lower = sheet.image.get_layers()
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    sheet.image.remove_layer(upper)
    before = sheet.prints()[lower.get_id()]
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 2
    assert live.names(sheet)[0] == lower.get_name()
    assert not previews(live, sheet)
    assert sheet.prints()[lower.get_id()] == before
    live.works()


def test_every_layer_is_deleted(live: Live, sheet: Sheet) -> None:
    """Nothing is left to lie over: the result is the only layer."""
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    for layer in sheet.image.get_layers():
        if not layer.get_name().startswith(PREVIEW):
            sheet.image.remove_layer(layer)
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 1
    assert not previews(live, sheet)
    live.works()


def test_the_preview_is_deleted(live: Live, sheet: Sheet) -> None:
    before = print_of(sheet)
    job = live.start(sheet, slow(seconds=120.0, previews=480))
    for _ in range(2):
        live.until_preview(sheet, job)
        for layer in sheet.image.get_layers():
            if layer.get_name().startswith(PREVIEW):
                sheet.image.undo_freeze()
                sheet.image.remove_layer(layer)
                sheet.image.undo_thaw()
    live.controller.discard(job)
    live.wait(lambda: not live.state.jobs)
    assert print_of(sheet)[1] == before[1]
    live.works()


def test_the_user_undoes(live: Live, sheet: Sheet) -> None:
    """Their own step, and no preview; the job goes on to a layer that one undo takes away."""
    before = sheet.prints()
    mine = own_step(sheet)
    job = live.start(sheet, slow(seconds=4.0, previews=20))
    live.until_preview(sheet, job)
    undoes_own_step(sheet, mine)
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 3
    sheet.undo()
    assert not previews(live, sheet)
    assert sheet.prints() == before
    live.works()


def test_the_captured_layer_is_undone(live: Live, sheet: Sheet) -> None:
    before = sheet.prints()
    mine = own_step(sheet)
    sheet.activate(mine)
    job = live.start(sheet, slow(seconds=4.0, previews=20))
    live.until_preview(sheet, job)
    undoes_own_step(sheet, mine)
    live.finished(job)
    live.controller.discard(job)
    live.wait(lambda: not live.state.jobs)
    assert sheet.prints() == before
    live.works()


def test_the_layer_is_locked(live: Live, sheet: Sheet) -> None:
    """GIMP would end who wrote to it."""
    upper = sheet.image.get_layers()[0]
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    upper.set_lock_content(True)
    before = sheet.prints()[upper.get_id()]
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 3
    assert sheet.prints()[upper.get_id()] == before
    live.works()


def test_something_is_floating(live: Live, sheet: Sheet) -> None:
    """Pasted, or cut, while the job ran: the result goes below it."""
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    upper = next(each for each in sheet.image.get_layers() if each.get_name() == "upper")
    floating = Gimp.Selection.float(sheet.image, [upper], 5, 5)
    live.finished(job)
    live.controller.accept(job)
    assert floating.is_floating_sel()
    assert len(live.names(sheet)) == 4
    assert not previews(live, sheet)
    live.works()


def test_the_canvas_is_resized(live: Live, sheet: Sheet) -> None:
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    sheet.image.resize(80, 60, 0, 0)
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 3
    assert not previews(live, sheet)
    live.works()


def _to_16_bit(image: Gimp.Image) -> None:
    image.convert_precision(Gimp.Precision.U16_NON_LINEAR)


def _to_grey(image: Gimp.Image) -> None:
    image.convert_grayscale()


def _to_adobe(image: Gimp.Image) -> None:
    intent = Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC
    image.convert_color_profile(Gimp.ColorProfile.new_rgb_adobe(), intent, False)


@pytest.mark.parametrize("convert", [_to_16_bit, _to_grey, _to_adobe])
def test_the_picture_is_converted(
    live: Live, sheet: Sheet, convert: Callable[[Gimp.Image], None]
) -> None:
    """Samples of another kind would be read past their end, or as other colours."""
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    convert(sheet.image)
    live.finished(job)
    live.controller.store.attempt(lambda: live.controller.accept(job))
    assert "The picture was converted meanwhile" in live.notice
    live.controller.discard(job)
    live.wait(lambda: not live.state.jobs)
    assert len(live.names(sheet)) == 2
    assert not previews(live, sheet)
    live.works()


def test_the_picture_gets_a_palette(live: Live, sheet: Sheet) -> None:
    """Colours fit into one: the result takes those that it has."""
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    generate, dither = Gimp.ConvertPaletteType.GENERATE, Gimp.ConvertDitherType.NONE
    assert sheet.image.convert_indexed(dither, generate, 16, False, False, "")
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 3
    assert sheet.image.get_base_type() == Gimp.ImageBaseType.INDEXED
    live.works()


def test_two_pictures_at_once(live: Live, sheet: Sheet) -> None:
    first = live.start(sheet, slow(seconds=3.0, previews=10))
    other = live.open()
    before = other.prints()
    second = live.start(other, slow(seconds=3.0, previews=10))
    live.finished(first)
    live.finished(second)
    live.controller.accept(first)
    live.controller.discard(second)
    live.wait(lambda: not live.state.jobs)
    assert len(live.names(sheet)) == 3
    assert other.prints() == before


def test_nothing_of_a_job_that_is_stopped_stays(live: Live, sheet: Sheet) -> None:
    mine = own_step(sheet)
    before = print_of(sheet)
    job = live.start(sheet, slow())
    live.until_preview(sheet, job)
    live.controller.cancel(job)
    live.wait(lambda: not live.state.jobs)
    assert print_of(sheet) == before
    undoes_own_step(sheet, mine)


def test_a_selection_over_the_edge(live: Live, sheet: Sheet) -> None:
    """Is what of it lies on the canvas."""
    hands.select(sheet.image, Rect(140, 100, 60, 60), None)
    job = live.start(sheet, REMOVE)
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 3


# -- the backend -----------------------------------------------------------------------------------


def test_the_backend_is_killed(live: Live, sheet: Sheet) -> None:
    mine = own_step(sheet)
    before = print_of(sheet)
    job = live.start(sheet, slow())
    live.until_preview(sheet, job)
    os.kill(backend(), signal.SIGKILL)
    assert "Your document is unchanged" in live.failed(job)
    live.wait(lambda: print_of(sheet) == before)
    undoes_own_step(sheet, mine)
    live.works()


def test_a_worker_is_killed_once(live: Live, sheet: Sheet) -> None:
    """It is done again by another."""
    job = live.start(sheet, slow(seconds=3.0, previews=20))
    live.until_preview(sheet, job)
    for each in workers():
        os.kill(each, signal.SIGKILL)
    live.finished(job)
    live.controller.accept(job)
    assert len(live.names(sheet)) == 3
    live.works()


def test_every_worker_is_killed(live: Live, sheet: Sheet) -> None:
    mine = own_step(sheet)
    before = print_of(sheet)
    job = live.start(sheet, slow())
    live.until_preview(sheet, job)
    killed: set[int] = set()

    def kill() -> bool:
        for each in set(workers()) - killed:
            os.kill(each, signal.SIGKILL)
            killed.add(each)
        return live.job(job).status.is_end

    live.wait(kill)
    assert "Your document is unchanged" in live.failed(job)
    assert len(killed) >= 2
    live.wait(lambda: print_of(sheet) == before)
    undoes_own_step(sheet, mine)
    live.works()


def test_the_disk_is_full(live: Live, sheet: Sheet) -> None:
    mine = own_step(sheet)
    before, server = print_of(sheet), backend()
    unlimited = resource.prlimit(server, resource.RLIMIT_FSIZE)
    resource.prlimit(server, resource.RLIMIT_FSIZE, (_NO_ROOM, unlimited[1]))
    try:
        job = live.start(sheet, slow(seconds=0.5, previews=2))
        said = live.failed(job)
    finally:
        resource.prlimit(server, resource.RLIMIT_FSIZE, unlimited)
    assert "The disk is full" in said
    live.wait(lambda: print_of(sheet) == before)
    undoes_own_step(sheet, mine)
    live.works()
