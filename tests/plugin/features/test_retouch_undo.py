"""What comes back by undo is no drawing."""

from __future__ import annotations

from tests.plugin.features.retouching import FIRST, SECOND, Bench


def test_what_comes_back_by_undo_is_not_removed_again(bench: Bench) -> None:
    bench.draw(FIRST)
    bench.rest()
    bench.host.undo(bench.document)
    bench.host.undo(bench.document)
    assert bench.host.selection_bounds(bench.document) == FIRST
    bench.retouch.tick()
    bench.retouch.tick()
    assert bench.host.selection_bounds(bench.document) == FIRST
    assert bench.state.jobs == ()


def came_back(bench: Bench) -> bool:
    """Whether FIRST is selected and stays so."""
    for _ in range(3):
        bench.retouch.tick()
    return bench.host.selection_bounds(bench.document) == FIRST


def drag(bench: Bench, looks: int) -> None:
    """The same selection as before appears at the end of it."""
    bench.host.drawing = True
    for _ in range(looks):
        bench.retouch.tick()
    bench.host.drawing = False
    bench.host.select(bench.document, FIRST)


def undone(bench: Bench) -> None:
    """A removal, and the drawing of its selection with it."""
    bench.draw(FIRST)
    bench.rest()
    for _ in range(3):
        bench.host.undo(bench.document)
    bench.retouch.tick()
    assert [each.name for each in bench.layers] == ["Background"]


def test_the_same_place_drawn_anew_after_undo_is_removed_again(bench: Bench) -> None:
    undone(bench)
    drag(bench, 3)
    assert not came_back(bench)
    bench.rest()
    assert bench.names[0] == "Retouch"


def test_undo_by_a_click_on_a_button_is_no_drawing(bench: Bench) -> None:
    undone(bench)
    drag(bench, 1)
    assert came_back(bench)
    assert bench.state.jobs == ()


def test_to_paint_in_what_was_selected_is_no_drawing_of_it(bench: Bench) -> None:
    bench.draw(FIRST)
    bench.rest()
    for _ in range(2):
        bench.host.undo(bench.document)
    assert came_back(bench)
    bench.host.drawing = True
    for _ in range(5):
        bench.retouch.tick()
    bench.host.drawing = False
    assert came_back(bench)
    assert bench.state.jobs == ()


def test_the_same_place_is_removed_again_while_its_result_is_there(bench: Bench) -> None:
    """The magic wand selects the same pixels of the same layer with every click."""
    bench.draw(FIRST)
    bench.rest()
    bench.draw(SECOND)
    bench.rest()
    bench.draw(FIRST)
    bench.rest()
    assert [each.depth for each in bench.layers] == [0, 1, 1, 1, 0]


def test_going_back_through_several_removes_nothing_again(bench: Bench) -> None:
    for region in (FIRST, SECOND):
        bench.draw(region)
        bench.rest()
    while bench.host.documents[bench.document.id].undo_log:
        bench.host.undo(bench.document)
        for _ in range(3):
            bench.retouch.tick()
        assert bench.state.jobs == ()
    assert [each.name for each in bench.layers] == ["Background"]
