from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.prompts.weights import (
    Piece,
    escaped,
    has_weights,
    parse,
    plain_text,
    written,
)

PROMPTS = st.lists(
    st.sampled_from([*"ab ,:.10()[]\\{}|<>-B", "BREAK", " BREAK ", ":1.2)"]), max_size=40
).map("".join)


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("red velvet", [("red velvet", 1.0)]),
        ("red (velvet)", [("red ", 1.0), ("velvet", 1.1)]),
        ("(red velvet:1.3) sleeve", [("red velvet", 1.3), (" sleeve", 1.0)]),
        ("((velvet))", [("velvet", 1.21)]),
        ("[velvet]", [("velvet", 0.9091)]),
        ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 3.0), (" c", 1.5)]),
        ("(a: .5 )", [("a", 0.5)]),
        ("(a:-1)", [("a", -1.0)]),
        ("(a:1e9)", [("a:1e9", 1.1)]),
        ("(a:999)", [("a", 10.0)]),
        (r"\(velvet\) (a\:1.2)", [("(velvet) ", 1.0), ("a:1.2", 1.1)]),
        ("a :( b", [("a :( b", 1.0)]),
        ("a) b] c:1.2)", [("a) b] c:1.2)", 1.0)]),
        ("(a]b)", [("a]b", 1.1)]),
        ("[a(b]c)", [("a(b", 0.9091), ("c)", 1.0)]),
        ("a\\b", [("a\\b", 1.0)]),
        ("(:1.3) a ()", [("a", 1.0)]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_notation(prompt, pieces):
    sections = parse(prompt)
    assert [(p.text, p.weight) for section in sections for p in section] == pieces
    assert len(sections) == bool(pieces)


def test_break_begins_a_section_as_a_word_in_capitals_only():
    assert parse("a BREAK (b BREAK c:1.2)") == (
        (Piece("a"),),
        (Piece("b", 1.2),),
        (Piece("c", 1.2),),
    )
    assert parse("BREAK BREAK a BREAK") == ((Piece("a"),),)
    assert len(parse("a break, BREAKFAST, unBREAK")) == 1


@given(PROMPTS)
@settings(max_examples=400)
def test_written_and_parsed_again_is_the_same(prompt):
    sections = parse(prompt)
    assert parse(written(sections)) == sections
    assert all(-10.0 <= piece.weight <= 10.0 for section in sections for piece in section)


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_any_text_can_be_said_by_escaping_it(text):
    assert "BREAK" in text or plain_text(escaped(text)) == text.strip()
    assert not has_weights(escaped(text))


def test_plain_text_has_no_notation():
    assert plain_text("red (velvet:1.3), [old] \\(new\\)") == "red velvet, old (new)"
    assert has_weights("red (velvet:1.3)")
    assert not has_weights("red (velvet:1.0)")


def test_deep_and_long_prompts_take_linear_time():
    depth = 20_000
    assert parse("(" * depth + "x" + ")" * depth) == ((Piece("x", 10.0),),)
    assert parse("[" * depth + "x" + "]" * depth) == ((Piece("x", 0.0),),)
    assert plain_text("(" * depth) == "(" * depth
    assert plain_text("([" * depth + ")" * depth).startswith("[[")
