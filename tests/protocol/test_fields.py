from __future__ import annotations

import pytest

from velatura_protocol.fields import (
    Bounds,
    HexDigest,
    Identifier,
    Length,
    is_digest,
    is_identifier,
)


@pytest.mark.parametrize("text", ["a", "A-z_9", "x" * 64, "-", "_"])
def test_identifiers(text):
    assert is_identifier(text)
    assert Identifier().problem(text) is None


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a/b", "..", "a\n", "é", "a\x00", "٣"])
def test_what_is_no_identifier(text):
    assert not is_identifier(text)
    assert Identifier().problem(text) == "not an id"
    assert (Identifier(optional=True).problem(text) is None) == (text == "")


@pytest.mark.parametrize("text", ["a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_what_is_no_digest(text):
    assert not is_digest(text)
    assert HexDigest(optional=True).problem(text) == "not a digest"


def test_digests():
    assert is_digest("0a" * 32)
    assert is_digest("")
    assert HexDigest().problem("0a" * 32) is None
    assert HexDigest().problem("") == "not a digest"
    assert HexDigest(optional=True).problem("") is None


def test_bounds_include_their_ends():
    bounds = Bounds(1, 3)
    assert [bounds.problem(value) for value in (1, 3)] == [None, None]
    assert [bounds.problem(value) for value in (0, 4)] == ["out of range"] * 2


def test_lengths():
    assert Length(3).problem("abc") is None
    assert Length(3).problem(b"abcd") == "too long"
