from __future__ import annotations

from dataclasses import replace

import pytest

from velatura_plugin.ui.form.editor import FieldEditor, number_of
from velatura_plugin.ui.model import Field, FieldKind
from velatura_protocol.parameters import ParameterValue

FIELD = Field("prompt", FieldKind.TEXT, "Prompt", "red")


class Paper(FieldEditor):
    """A widget that says what is done to it, and reports what is written into it, as they do."""

    def __init__(self) -> None:
        self.reported: list[ParameterValue] = []
        self.done: list[str] = []
        super().__init__(self.reported.append)

    def introduce(self, field: Field) -> None:
        self.done.append(f"introduce {field.label}")

    def configure(self, field: Field) -> None:
        self.done.append("configure")

    def write(self, value: ParameterValue) -> None:
        self.done.append(f"write {value}")
        self.edited(value)


@pytest.fixture
def paper() -> Paper:
    paper = Paper()
    paper.display(FIELD)
    paper.done.clear()
    return paper


def test_the_first_field_is_shown_whole_and_nothing_is_reported() -> None:
    paper = Paper()
    paper.display(FIELD)
    assert paper.done == ["introduce Prompt", "configure", "write red"]
    assert paper.reported == []


def test_the_same_field_is_left_alone(paper: Paper) -> None:
    paper.display(replace(FIELD))
    assert paper.done == []


def test_only_a_value_that_is_another_is_written(paper: Paper) -> None:
    paper.display(replace(FIELD, value="blue"))
    assert paper.done == ["write blue"]
    assert paper.reported == []


def test_what_was_reported_is_not_written_back(paper: Paper) -> None:
    paper.edited("redd")
    paper.display(replace(FIELD, value="redd"))
    assert (paper.reported, paper.done) == (["redd"], [])


def test_what_was_corrected_is_written_back(paper: Paper) -> None:
    paper.edited("redd")
    paper.display(FIELD)
    assert paper.done == ["write red"]
    paper.display(FIELD)
    assert paper.done == ["write red"]


def test_a_value_is_reported_once(paper: Paper) -> None:
    paper.edited("red")
    paper.edited("blue")
    paper.edited("blue")
    assert paper.reported == ["blue"]


def test_another_label_is_shown_with_its_value(paper: Paper) -> None:
    paper.display(replace(FIELD, label="Words"))
    assert paper.done == ["introduce Words", "configure", "write red"]


def test_what_is_written_quietly_is_not_reported(paper: Paper) -> None:
    paper.quietly("blue")
    assert (paper.reported, paper.done) == ([], ["write blue"])


@pytest.mark.parametrize(("value", "number"), [(3, 3.0), (0.5, 0.5), ("3", 0.0), (("#1",), 0.0)])
def test_numbers(value: ParameterValue, number: float) -> None:
    assert number_of(value) == number
