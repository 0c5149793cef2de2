"""A panel on a view of a few lines: what a user presses, over the whole plug-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.desk import REMOVE, RGBA8
from tests.plugin.ui.bench import Bench, bench_at
from velatura_plugin.client.events import Link
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.pages.models import CONTROL_PREFIX
from velatura_protocol.errors import WorkerLost
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import DescribeModel
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import Intent


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_at(tmp_path) as opened:
        yield opened


def test_generate_choose_accept(bench: Bench) -> None:
    assert bench.screen.model.generate.label == "Remove selection"
    bench.generate()
    assert bench.screen.strip.position == "1 of 2"
    bench.press(Action.NEXT)
    assert bench.screen.strip.position == "2 of 2"
    bench.press(Action.PREVIOUS)
    bench.press(Action.ACCEPT)
    assert bench.screen.model.strips == ()
    assert bench.layers == ["Background", "Remove (10)"]


def test_compare_is_a_switch(bench: Bench) -> None:
    bench.generate()
    assert bench.layers == ["Background", "[Preview] result"]
    bench.press(Action.COMPARE)
    assert bench.layers == ["Background"]
    bench.press(Action.COMPARE)
    assert bench.layers == ["Background", "[Preview] result"]


def test_copies_and_all(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.ACCEPT_COPY)
    assert [each.is_kept for each in bench.screen.strip.thumbnails] == [True, False]
    bench.press(Action.ACCEPT_ALL)
    assert bench.layers == ["Background", "Remove (10)", "Remove (11)"]


def test_discards(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.DISCARD)
    assert [each.index for each in bench.screen.strip.thumbnails] == [1]
    bench.press(Action.DISCARD_ALL)
    assert bench.layers == ["Background"]


def test_more_opens_a_second_strip(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.MORE)
    bench.desk.until(lambda: len(bench.screen.model.strips) == 2)
    assert [each.title for each in bench.screen.model.strips] == ["Remove (10)", "Remove (12)"]


def test_stop_and_try_again(bench: Bench) -> None:
    bench.desk.backend.script.failure = WorkerLost(exit_code=-9)
    bench.generate()
    notice = bench.screen.model.notice
    assert notice is not None
    assert "exit code -9" in notice.text
    bench.desk.backend.script.failure = None
    bench.press(Action.RETRY_JOB)
    bench.desk.until(lambda: bool(bench.screen.model.strips))
    assert bench.screen.model.notice is None

    bench.desk.backend.script.hold.add("started")
    bench.press(Action.GENERATE)
    bench.press(Action.STOP)
    bench.desk.until(lambda: bench.screen.model.stop is None)


def test_what_cannot_be_done_is_a_notice(bench: Bench) -> None:
    bench.panel.perform(Action.ACCEPT, "no such job")
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "That job is no longer there. Start it again."
    bench.press(Action.DISMISS)
    assert bench.screen.model.notice is None


def test_the_draft_decides_the_button(bench: Bench) -> None:
    bench.screen.edit("task", "restyle")
    assert bench.screen.model.generate.label == "Restyle selection"
    assert bench.screen.model.generate.reason == "Choose or describe a style."
    bench.screen.edit("prompt", "oil on canvas")
    assert bench.screen.model.generate.enabled


def test_the_document_is_looked_at_again(bench: Bench) -> None:
    document = bench.desk.host.active_document()
    assert document is not None
    bench.desk.host.deselect(document)
    bench.press(Action.GENERATE)
    assert bench.screen.model.generate.reason == "Select something first."
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text == "Select something first."


def test_the_link(bench: Bench) -> None:
    bench.panel.perform(Action.INSTALL)
    assert bench.installed == [1]
    bench.panel.perform(Action.STOP_START)
    bench.app.dialler.may_start = False
    bench.panel.perform(Action.START_BACKEND)
    assert bench.app.dialler.may_start
    bench.panel.perform(Action.RETRY_NOW)
    assert bench.desk.controller.state.link.link is Link.ONLINE


def test_a_closed_panel_is_left_alone(bench: Bench) -> None:
    bench.panel.close()
    before = len(bench.screen.models)
    bench.desk.controller.refresh()
    bench.desk.controller.generate(REMOVE)
    assert len(bench.screen.models) == before
    bench.panel = bench.open()


def test_thumbnails_are_picked(bench: Bench) -> None:
    bench.generate()
    bench.screen.choose(bench.screen.strip.job, 1)
    assert bench.screen.strip.position == "2 of 2"
    bench.screen.choose(bench.screen.strip.job, 7)
    notice = bench.screen.model.notice
    assert notice is not None
    assert notice.text.startswith("That variation is not there yet.")


def test_a_control_network_is_told_of(bench: Bench) -> None:
    bench.panel.edit(f"{CONTROL_PREFIX}untold", "depth")
    asked = bench.desk.backend.model_requests.get(timeout=60)
    assert asked == DescribeModel(asked.request, "untold", "depth")


def test_a_waiting_job_is_removed(bench: Bench) -> None:
    bench.desk.backend.script.hold.add("started")
    bench.press(Action.GENERATE)
    bench.press(Action.GENERATE)
    first, second = bench.screen.model.queue
    bench.screen.press(Action.CANCEL_JOB, second.job)
    bench.desk.until(lambda: bench.screen.model.queue == ())
    assert bench.screen.model.stop is not None
    assert bench.desk.controller.state.job(first.job) is not None


# -- the menu --------------------------------------------------------------------------------------


def test_repeat_asks_for_the_same_on_the_selection_of_now(bench: Bench) -> None:
    bench.generate()
    bench.press(Action.DISCARD_ALL)
    document = bench.desk.host.active_document()
    assert document is not None
    bench.desk.host.select(document, Rect(1, 1, 2, 2))
    bench.press(Action.REPEAT)
    bench.desk.until(lambda: bool(bench.screen.model.strips))
    (view,) = bench.desk.controller.state.jobs
    assert view.intent is Intent.REMOVE
    assert view.regions[0].x == 0


def test_what_is_transparent_is_filled_without_a_selection(bench: Bench) -> None:
    document = bench.desk.host.open(Pixels(Size(8, 8), RGBA8, bytes(4 * 32) + b"\xff" * 128))
    bench.desk.controller.refresh()
    assert bench.screen.model.generate.reason == "Select something first."
    bench.press(Action.FILL_TRANSPARENT)
    bench.desk.until(lambda: bool(bench.screen.model.strips))
    (view,) = bench.desk.controller.state.jobs
    assert (view.intent, view.document) == (Intent.FILL, document.id)


def test_each_selected_layer_gets_a_job(bench: Bench) -> None:
    bench.press(Action.EACH_LAYER)
    bench.desk.until(lambda: bool(bench.screen.model.strips))
    assert len(bench.desk.controller.state.jobs) == 1


# -- history ---------------------------------------------------------------------------------------


def test_a_result_is_brought_back(bench: Bench) -> None:
    bench.generate()
    job = bench.screen.strip.job
    bench.press(Action.DISCARD_ALL)
    bench.press(Action.OPEN_HISTORY)
    bench.desk.until(lambda: bool(bench.history.items))
    (item,) = bench.history.items
    assert item.title == "Remove, 2 results"
    bench.screen.press(Action.FAVOURITE, job)
    bench.desk.until(lambda: bench.history.items[0].is_favourite)
    bench.screen.press(Action.RESTORE, job)
    assert bench.screen.model.history is None
    bench.desk.until(lambda: bench.screen.model.progress is None)
    assert bench.screen.strip.position == "1 of 2"


def test_a_result_is_forgotten(bench: Bench) -> None:
    bench.generate()
    job = bench.screen.strip.job
    bench.press(Action.DISCARD_ALL)
    bench.press(Action.OPEN_HISTORY)
    bench.desk.until(lambda: bool(bench.history.items))
    bench.screen.press(Action.FORGET, job)
    bench.desk.until(lambda: not bench.history.items)
    bench.press(Action.CLOSE_HISTORY)
    assert bench.screen.model.history is None
