from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.prompts.chunks import chunked, trimmed
from velatura_backend.engines.diffusion.prompts.weights import parse


def by_letter(word):
    return [ord(letter) for letter in word]


def texts(chunks):
    return ["".join(chr(token.id) for token in chunk) for chunk in chunks.chunks]


def test_a_short_prompt_is_one_chunk_with_its_weights():
    chunks = chunked(parse("ab (cd:1.5)"), by_letter, size=10)
    assert texts(chunks) == ["abcd"]
    assert [token.weight for token in chunks.chunks[0]] == [1.0, 1.0, 1.5, 1.5]
    assert chunks.dropped == ""


def test_an_empty_prompt_is_one_empty_chunk():
    assert chunked(parse(""), by_letter).chunks == ((),)


def test_words_stay_whole_and_a_break_begins_a_chunk():
    assert texts(chunked(parse("abc def ghi BREAK j"), by_letter, size=7)) == ["abcdef", "ghi", "j"]


def test_a_chunk_ends_at_a_comma_that_is_near():
    chunks = chunked(parse("abcdef, gh ijkl"), by_letter, size=10)
    assert texts(chunks) == ["abcdef,", "ghijkl"]
    far = chunked(parse("a, " + "b " * 40), by_letter, size=30)
    assert len(far.chunks[0]) == 30


def test_a_word_longer_than_a_chunk_is_cut():
    assert texts(chunked(parse("abcdefghij"), by_letter, size=4)) == ["abcd", "efgh", "ij"]


def test_what_is_too_long_is_dropped_from_a_whole_word_on_and_told():
    chunks = chunked(parse("abc def ghi jkl m n o p q r s"), by_letter, size=4, most=2)
    assert texts(chunks) == ["abc", "def"]
    assert chunks.dropped == "ghi jkl m n o"
    assert texts(chunked(parse("abcdefghij k"), by_letter, size=4, most=2)) == ["abcd", "efgh"]


@given(st.lists(st.text("ab,", min_size=1, max_size=9), max_size=25), st.integers(1, 4))
@settings(max_examples=150)
def test_chunks_hold_all_words_in_order_up_to_the_first_dropped(words, most):
    chunks = chunked(parse(" ".join(words)), by_letter, size=8, most=most)
    assert 1 <= len(chunks.chunks) <= most
    assert all(len(chunk) <= 8 for chunk in chunks.chunks)
    held = "".join(texts(chunks))
    assert "".join(words).startswith(held)
    assert (held == "".join(words)) == (chunks.dropped == "")


@given(st.lists(st.text("ab", min_size=1, max_size=5), max_size=20), st.integers(0, 40))
def test_trimmed_keeps_the_longest_fitting_beginning(words, limit):
    result = trimmed(" ".join(words), len, limit)
    assert len(result.text) <= limit
    kept = result.text.split()
    assert words[: len(kept)] == kept
    if len(kept) < len(words):
        assert len(" ".join(words[: len(kept) + 1])) > limit
        assert result.dropped.split() == words[len(kept) : len(kept) + 5]
    else:
        assert result.dropped == ""
