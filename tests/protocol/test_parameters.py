from __future__ import annotations

import pytest

from velatura_protocol.parameters import Choice, Parameter, ParameterKind

CHOICES = (Choice("soft", "Soft"), Choice("hard", "Hard"))


def parameter(kind: ParameterKind, **rest) -> Parameter:
    return Parameter("p", kind, "P", 0, **rest)


K = ParameterKind


@pytest.mark.parametrize(
    ("kind", "rest", "value", "problem"),
    [
        (K.BOOL, {}, True, None),
        (K.BOOL, {}, 1, "must be true or false"),
        (K.INT, {}, 3, None),
        (K.INT, {}, True, "must be a whole number"),
        (K.INT, {}, 3.0, "must be a whole number"),
        (K.INT, {}, 10**400, None),
        (K.INT, {"minimum": 1, "maximum": 5}, 0, "must be at least 1"),
        (K.INT, {"minimum": 1, "maximum": 5}, 6, "must be at most 5"),
        (K.INT, {"minimum": 1, "maximum": 5}, 5, None),
        (K.SEED, {}, 2**40, None),
        (K.SEED, {}, "1", "must be a whole number"),
        (K.FLOAT, {}, 0.5, None),
        (K.FLOAT, {}, 1, None),
        (K.FLOAT, {}, "1", "must be a number"),
        (K.FLOAT, {}, float("nan"), "must be a number"),
        (K.FLOAT, {}, float("inf"), "must be a number"),
        (K.FLOAT, {"maximum": 0.5}, 0.51, "must be at most 0.5"),
        (K.TEXT, {}, "anything", None),
        (K.TEXT, {}, 3, "must be text"),
        (K.CHOICE, {"choices": CHOICES}, "soft", None),
        (K.CHOICE, {"choices": CHOICES}, "firm", "must be one of soft, hard"),
        (K.COLOUR, {}, "#ff8800", None),
        (K.COLOUR, {}, "orange", "must be a colour such as #ff8800"),
        (K.PALETTE, {}, ("#ff8800", "#000000"), None),
        (K.PALETTE, {}, (), None),
        (K.PALETTE, {}, ("orange",), "must be a list of colours such as #ff8800"),
        (K.PALETTE, {}, "#ff8800", "must be a list of colours such as #ff8800"),
    ],
)
def test_values_are_checked(kind, rest, value, problem):
    assert parameter(kind, **rest).check(value) == problem


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (K.BOOL, "Yes", True),
        (K.BOOL, "0", False),
        (K.INT, "-3", -3),
        (K.SEED, "12", 12),
        (K.FLOAT, "1e-3", 0.001),
        (K.TEXT, " as it is ", " as it is "),
        (K.PALETTE, "#ff8800, #000000,", ("#ff8800", "#000000")),
    ],
)
def test_arguments_are_parsed(kind, text, value):
    found = parameter(kind).parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (K.BOOL, "maybe", "must be true or false"),
        (K.INT, "3.5", "must be a whole number"),
        (K.FLOAT, "much", "must be a number"),
        (K.FLOAT, "nan", "must be a number"),
        (K.PALETTE, "red", "must be a list of colours"),
    ],
)
def test_arguments_that_spell_nothing(kind, text, problem):
    with pytest.raises(ValueError, match=problem):
        parameter(kind).parse(text)
