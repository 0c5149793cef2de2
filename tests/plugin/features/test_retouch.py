from __future__ import annotations

from dataclasses import replace

from tests.plugin.desk import REMOVE, desk, noise
from tests.plugin.features.retouching import FIRST, SECOND, THIRD, Bench
from tests.plugin.scripted import Script
from tests.plugin.scripted_jobs import inverted
from velatura_plugin.features.retouch import Retouch
from velatura_plugin.host.samples import crop
from velatura_protocol.errors import ErrorCode, NoSource
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Edge, EdgeKind, Intent, Operation, SampleSource


def test_a_finished_selection_is_removed_into_the_group(bench: Bench) -> None:
    bench.draw(FIRST)
    assert bench.host.selection(bench.document) is None
    steps = bench.undo_steps
    bench.rest()
    assert bench.names[0] == "Retouch"
    assert [each.strip()[:6] for each in bench.names[1:]] == ["Remove", "Backgr"]
    assert bench.undo_steps == steps + 1
    assert bench.state.jobs == ()
    assert bench.is_clean


def test_each_is_one_undo(bench: Bench) -> None:
    seen = [bytes(bench.host.flatten(bench.document).data)]
    for region in (FIRST, SECOND):
        bench.draw(region)
        bench.rest()
        seen.append(bytes(bench.host.flatten(bench.document).data))
    assert [each.depth for each in bench.layers] == [0, 1, 1, 0]
    bench.host.undo(bench.document)
    assert bytes(bench.host.flatten(bench.document).data) == seen[1]


def test_a_selection_that_is_being_drawn_is_left_alone(bench: Bench) -> None:
    bench.host.drawing = True
    bench.draw(FIRST)
    assert bench.host.selection(bench.document) is not None
    bench.host.drawing = False
    bench.retouch.tick()
    assert bench.host.selection(bench.document) is not None, "it may still change"
    bench.retouch.tick()
    assert bench.host.selection(bench.document) is None
    bench.rest()


def test_a_selection_that_changes_is_not_finished(bench: Bench) -> None:
    for width in range(1, 5):
        bench.host.select(bench.document, Rect(2, 2, width, 3))
        bench.retouch.tick()
        assert bench.host.selection(bench.document) is not None
    bench.retouch.tick()
    assert bench.host.selection(bench.document) is None
    bench.rest()


def test_what_is_selected_before_the_mode_stays_selected() -> None:
    with desk() as plugin:
        bench = Bench(plugin)
        bench.retouch.turn_off()
        bench.host.select(bench.document, FIRST)
        bench.retouch.turn_on(REMOVE)
        bench.retouch.tick()
        bench.retouch.tick()
        assert bench.host.selection(bench.document) is not None
        bench.draw(SECOND)
        assert bench.host.selection(bench.document) is None
        bench.rest()


def test_what_is_selected_in_a_document_that_comes_to_the_front_stays_selected(
    bench: Bench,
) -> None:
    other = bench.host.open(noise(Size(40, 16), seed=4))
    bench.host.select(other, FIRST)
    bench.host.drawing = True  # on the way there
    bench.retouch.tick()
    bench.host.drawing = False
    for _ in range(3):
        bench.retouch.tick()
    assert bench.host.selection_bounds(other) == FIRST
    assert bench.state.jobs == ()
    bench.host.select(other, SECOND)
    for _ in range(2):
        bench.retouch.tick()
    assert bench.host.selection(other) is None, "that one was drawn for it"
    bench.rest()
    bench.host.active = bench.document.id
    bench.draw(THIRD)
    assert bench.host.selection(bench.document) is None
    bench.rest()


def test_several_wait_and_are_taken_as_they_were_drawn() -> None:
    drawn = bytes(range(10, 19))
    with desk(Script(hold={"result-0"})) as plugin:
        bench = Bench(plugin)
        bench.draw(FIRST)
        bench.draw(SECOND)
        bench.draw(Rect(30, 2, 3, 3), drawn)
        assert bench.host.selection(bench.document) is None
        assert [each.is_active for each in bench.state.jobs] == [True]
        assert bench.state.retouch.waiting == 2
        plugin.backend.release("result-0")
        plugin.until(lambda: len(plugin.backend.jobs) == 3)
        bench.rest()
        assert bench.state.retouch.waiting == 0
        assert [each.depth for each in bench.layers] == [0, 1, 1, 1, 0]
        last = bench.host.documents[bench.document.id].contents.layers[3]
        (patch,) = last.patches
        assert patch.mask is not None
        assert crop(patch.mask, patch.region, Rect(30, 2, 3, 3)) == drawn


def test_the_second_sees_what_the_first_has_left() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        bench = Bench(plugin)
        bench.draw(FIRST)
        bench.draw(FIRST.grown(1))
        plugin.backend.release("result-0")
        plugin.until(lambda: len(plugin.backend.jobs) == 2)
        bench.rest()
        first, second = bench.host.documents[bench.document.id].contents.layers[1:3]
        (patch,) = second.patches
        captured = bench.host.capture(
            bench.document, SampleSource.BELOW, patch.region, layer=first.id
        )
        assert bytes(patch.pixels.data) == inverted(bytes(captured.data), 0)


def test_the_engine_and_the_edge_are_the_panels(bench: Bench) -> None:
    bench.retouch.turn_off()
    edge = Edge(EdgeKind.GROW, 2)
    bench.retouch.turn_on(replace(REMOVE, engine="inverter", edge=edge, variations=4, seed=7))
    bench.draw(FIRST)
    bench.rest()
    (job,) = bench.plugin.backend.jobs.values()
    task = job.submit.task
    assert (task.engine, task.edge, task.variations) == ("inverter", edge, 1)
    assert (task.operation, task.intent) == (Operation.FILL, Intent.REMOVE)


def test_another_tasks_parameters_are_not_taken(bench: Bench) -> None:
    bench.retouch.turn_off()
    other = replace(
        REMOVE, operation=Operation.RESTYLE, intent=Intent.NONE, parameters={"unheard_of": 1}
    )
    bench.retouch.turn_on(other)
    bench.draw(FIRST)
    bench.rest()
    assert "Retouch" in bench.names


def test_an_error_becomes_the_notice_and_the_mode_stays_on() -> None:
    with desk(Script(failure=NoSource())) as plugin:
        bench = Bench(plugin)
        bench.draw(FIRST)
        bench.rest()
        assert bench.state.notice is not None
        assert bench.state.notice.error.code is ErrorCode.NO_SOURCE
        assert bench.state.retouch.is_on
        assert bench.is_clean
        plugin.backend.script.failure = None
        bench.draw(SECOND)
        bench.rest()
        assert "Retouch" in bench.names


def test_the_notice_outlives_the_next_blemish() -> None:
    with desk(Script(failure=NoSource(), hold={"started"})) as plugin:
        bench = Bench(plugin)
        bench.draw(FIRST)
        bench.draw(SECOND)
        plugin.backend.release("started")
        plugin.until(lambda: len(plugin.backend.jobs) == 2)
        assert bench.state.notice is not None
        bench.rest()


def test_an_empty_selection_is_said_once(bench: Bench) -> None:
    bench.draw(FIRST, bytes(FIRST.area))
    assert bench.state.notice is not None
    assert bench.state.notice.error.code is ErrorCode.NOTHING_SELECTED
    assert bench.state.retouch.waiting == 0


def test_without_a_backend_the_selection_stays() -> None:
    with desk() as plugin:
        retouch = Retouch(plugin.controller)
        document = plugin.host.open(noise(Size(40, 16)))
        retouch.turn_on(REMOVE)
        plugin.host.select(document, FIRST)
        for _ in range(3):
            retouch.tick()
        assert plugin.host.selection(document) is not None
        notice = plugin.controller.state.notice
        assert notice is not None
        assert notice.error.code is ErrorCode.BACKEND_UNAVAILABLE


def test_turning_it_off_leaves_nothing_staged() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        bench = Bench(plugin)
        bench.draw(FIRST)
        bench.draw(SECOND)
        bench.retouch.toggle(REMOVE)
        assert not bench.retouch.is_on
        plugin.backend.release("result-0")
        plugin.until(lambda: len(plugin.backend.jobs) == 2)
        bench.rest()
        assert bench.is_clean
        assert bench.state.jobs == ()
        assert [each.depth for each in bench.layers] == [0, 1, 1, 0]
        bench.draw(THIRD)
        assert bench.host.selection(bench.document) is not None


def test_stop_stops_those_waiting_too() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        bench = Bench(plugin)
        bench.draw(FIRST)
        bench.draw(SECOND)
        plugin.until(lambda: bool(plugin.backend.jobs))
        plugin.controller.stop_all()
        plugin.until(lambda: bench.state.jobs == ())
        assert bench.state.retouch.waiting == 0
        assert len(plugin.backend.jobs) == 1
        assert bench.is_clean


def test_a_document_that_is_closed_takes_its_blemishes_along() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        bench = Bench(plugin)
        first = bench.document
        bench.draw(FIRST)
        bench.draw(SECOND)
        bench.document = bench.open()
        bench.retouch.tick()
        bench.draw(THIRD)
        plugin.until(lambda: bool(plugin.backend.jobs))
        plugin.host.close(first)
        plugin.controller.document_closed(first.id)
        plugin.backend.release("result-0")
        plugin.until(lambda: "Retouch" in bench.names)
        bench.rest()
        assert bench.state.notice is None
        assert bench.state.retouch.waiting == 0
