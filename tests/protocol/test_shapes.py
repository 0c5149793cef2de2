from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Optional

import pytest

from velatura_protocol.fields import Bounds
from velatura_protocol.shapes import Mismatch, shape_of


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    count: Annotated[int, Bounds(0, 9)]

    def __post_init__(self) -> None:
        if self.count == 7:
            raise ValueError("seven is right out")


@dataclass(frozen=True)
class Outer:
    name: str
    inner: tuple[Inner, ...]
    colour: Colour | None = None
    extra: dict[str, bool | int | str] = field(default_factory=dict)


OUTER = Outer("x", (Inner(1), Inner(2)), Colour.RED, {"a": True, "b": 1, "c": "d"})
WRITTEN = {
    "name": "x",
    "inner": [{"count": 1}, {"count": 2}],
    "colour": "red",
    "extra": {"a": True, "b": 1, "c": "d"},
}


def test_a_record_is_a_map_of_its_fields():
    shape = shape_of(Outer)
    assert shape.write(OUTER) == WRITTEN
    assert shape.read(WRITTEN) == OUTER
    assert type(shape.read(WRITTEN).extra["a"]) is bool


def test_shapes_are_built_once():
    assert shape_of(Outer) is shape_of(Outer)


def test_defaults_stand_in_for_what_is_missing():
    assert shape_of(Outer).read({"name": "x", "inner": []}) == Outer("x", ())


@pytest.mark.parametrize(
    ("change", "reason", "path"),
    [
        ({"inner": [{"count": 1}, {"count": 10}]}, "out of range", ".inner[1].count"),
        ({"inner": [{"count": 7}]}, "seven is right out", ".inner[0]"),
        ({"inner": [{}]}, "missing", ".inner[0].count"),
        ({"colour": "blue"}, "unknown choice", ".colour"),
        ({"extra": {"a": 1.5}}, "of none of its types", ".extra.a"),
        ({"name": None}, "text expected", ".name"),
    ],
)
def test_mismatches_say_where(change, reason, path):
    with pytest.raises(Mismatch) as caught:
        shape_of(Outer).read({**WRITTEN, **change})
    assert (caught.value.reason, caught.value.path) == (reason, path)


def test_the_older_spelling_of_a_union():
    shape = shape_of(Optional[int])  # noqa: UP045
    assert shape.read(None) is None
    assert shape.read(3) == 3
    with pytest.raises(Mismatch):
        shape.read("3")


def test_a_truth_value_is_no_number_whatever_the_order():
    shape = shape_of(int | bool | float)
    assert [type(shape.read(value)) for value in (True, 1, 1.5)] == [bool, int, float]
    assert [type(shape.write(value)) for value in (True, 1, 1.5)] == [bool, int, float]


@pytest.mark.parametrize("annotation", [object, complex, list[int], "text"])
def test_other_types_do_not_travel(annotation):
    with pytest.raises(TypeError):
        shape_of(annotation)
