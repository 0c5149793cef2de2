from __future__ import annotations

from tests.plugin.desk import RGBA8, noise
from velatura_plugin.host.base import LayerKind, PatchContent
from velatura_plugin.host.memory.tree import Contents, MemoryLayer, composite
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import SampleSource

SIZE = Size(4, 3)
CANVAS = Rect.of_size(SIZE)


def painted(id: str, seed: int, parent: str = "", *, visible: bool = True) -> MemoryLayer:
    patch = PatchContent(CANVAS, noise(SIZE, seed=seed))
    return MemoryLayer(id, (patch,), visible=visible, id=id, parent=parent)


def group(id: str, parent: str = "", *, visible: bool = True) -> MemoryLayer:
    return MemoryLayer(id, id=id, parent=parent, visible=visible, kind=LayerKind.GROUP)


BELOW, INSIDE, ABOVE = painted("below", 1), painted("inside", 2, "group"), painted("above", 3)
CONTENTS = Contents(SIZE, (BELOW, INSIDE, group("group"), ABOVE), "above")


def names(layers: tuple[MemoryLayer, ...]) -> list[str]:
    return [each.name for each in layers]


def test_a_group_is_told_before_what_lies_in_it() -> None:
    told = [(each.reference, each.depth) for each in CONTENTS.infos()]
    assert told == [("above", 0), ("group", 0), ("inside", 1), ("below", 0)]


def test_below_a_group_is_what_lies_in_it_too() -> None:
    seen = CONTENTS.seen(SampleSource.BELOW, CONTENTS.layers[2])
    assert names(seen) == ["below", "inside"]
    assert names(CONTENTS.seen(SampleSource.VISIBLE, BELOW)) == ["below", "inside", "above"]


def test_what_lies_in_a_hidden_group_is_not_seen() -> None:
    hidden = Contents(SIZE, (BELOW, INSIDE, group("group", visible=False)), "below")
    assert names(hidden.seen(SampleSource.VISIBLE, BELOW)) == ["below"]
    assert names(hidden.alone(hidden.layers[2])) == ["inside"], "by itself it is"
    assert names(hidden.alone(INSIDE)) == ["inside"]


def test_a_branch_goes_as_one() -> None:
    assert names(CONTENTS.without(CONTENTS.layers[2]).layers) == ["below", "above"]
    assert names(CONTENTS.branch(CONTENTS.layers[2])) == ["inside", "group"]


def test_masks_are_not_drawn() -> None:
    mask = MemoryLayer("mask", ABOVE.patches, id="mask", kind=LayerKind.MASK)
    assert names(tuple(CONTENTS.drawn((BELOW, mask)))) == ["below"]


def test_a_composite_is_what_was_laid_last() -> None:
    pixels = composite((BELOW, ABOVE), CANVAS, RGBA8)
    assert pixels == ABOVE.patches[0].pixels


def test_resizing_moves_all() -> None:
    resized = CONTENTS.resized(Rect(-1, -2, 9, 9))
    assert resized.size == Size(9, 9)
    assert resized.layers[0].patches[0].region == Rect(1, 2, 4, 3)
