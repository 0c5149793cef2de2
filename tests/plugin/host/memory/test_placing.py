from __future__ import annotations

import itertools

import pytest

from tests.plugin.events import CONTENT
from tests.plugin.host.memory.test_tree import CONTENTS, painted
from velatura_plugin.host.base import Spot
from velatura_plugin.host.memory.placing import Placer, anchor_of, group_of
from velatura_plugin.host.memory.tree import Contents
from velatura_protocol.messages import Placement


@pytest.fixture
def placer() -> Placer:
    numbers = itertools.count(1)
    return Placer(lambda: f"new-{next(numbers)}")


@pytest.mark.parametrize(
    ("placement", "layer", "expected"),
    [
        (Placement.ABOVE, "inside", ["below", "inside", "new", "group", "above"]),
        (Placement.ABOVE, "group", ["below", "inside", "group", "new", "above"]),
        (Placement.BELOW, "group", ["below", "new", "inside", "group", "above"]),
        (Placement.BELOW, "inside", ["below", "new", "inside", "group", "above"]),
        (Placement.TOP, "below", ["below", "inside", "group", "above", "new"]),
        (Placement.ABOVE, "gone", ["below", "inside", "group", "above", "new"]),
    ],
)
def test_where_it_goes(
    placer: Placer, placement: Placement, layer: str, expected: list[str]
) -> None:
    contents = placer.put(CONTENTS, (painted("new", 9),), placement, Spot(layer))
    assert [each.name for each in contents.layers] == expected
    (new,) = [each for each in contents.layers if each.name == "new"]
    assert new.parent == ("group" if layer == "inside" else "")


def test_a_group_that_is_there_collects_wherever_the_layer_is(placer: Placer) -> None:
    contents = placer.accepted(CONTENTS, CONTENT, Spot("above", "group"))
    assert [each.name for each in contents.layers] == ["below", "inside", "a", "group", "above"]


def test_variations_of_several_layers_are_groups_in_a_group(placer: Placer) -> None:
    two = type(CONTENT)(CONTENT.layers * 2, CONTENT.provenance)
    contents = placer.grouped(CONTENTS, "All", (CONTENT, two), Spot("below"))
    told = [(each.name, each.depth, each.is_visible) for each in contents.infos()[1:]]
    assert told == [
        ("group", 0, True),
        ("inside", 1, True),
        ("All", 0, True),
        ("a", 1, True),
        ("fill", 1, False),
        ("a", 2, True),
        ("a", 2, True),
        ("below", 0, True),
    ]


def test_the_spot(placer: Placer) -> None:
    assert anchor_of(CONTENTS, Spot("inside")).id == "inside"
    assert anchor_of(CONTENTS, Spot()).id == CONTENTS.active
    assert group_of(CONTENTS, Spot()) is None
    assert group_of(CONTENTS, Spot(group="inside")) is None, "that is no group"
    staged = placer.staged(
        Contents(CONTENTS.size, CONTENTS.layers, "below"), "job", CONTENT, Spot()
    )
    assert [each.job for each in staged.layers] == ["", "job", "", "", ""]
