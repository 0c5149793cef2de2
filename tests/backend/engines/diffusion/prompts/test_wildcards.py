from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.prompts.wildcards import drawn

ANY = st.text(st.sampled_from("ab {|}\\,:") | st.characters(), max_size=60)


@given(ANY, st.integers())
@settings(max_examples=150)
def test_any_text_is_drawn_the_same_by_the_same_seed(text, seed):
    assert drawn(text, Random(seed)) == drawn(text, Random(seed))


@given(st.text(st.characters(exclude_characters="{}|\\"), max_size=60), st.integers())
def test_text_without_wildcards_is_left_alone(text, seed):
    assert drawn(text, Random(seed)) == text


def test_every_option_is_drawn_about_as_often_over_seeds():
    counts = Counter(drawn("a {red|green|blue} disc", Random(seed)) for seed in range(600))
    assert set(counts) == {"a red disc", "a green disc", "a blue disc"}
    assert min(counts.values()) > 150


def test_wildcards_nest_and_are_drawn_apart():
    seen = {drawn("{a {red|green} disc|nothing} {1|2}", Random(seed)) for seed in range(100)}
    assert seen == {
        f"{what} {number}"
        for what in ("a red disc", "a green disc", "nothing")
        for number in (1, 2)
    }


def test_an_option_may_be_empty():
    assert {drawn("a{ red|}", Random(seed)) for seed in range(20)} == {"a red", "a"}


def test_what_is_escaped_or_not_closed_stays():
    for text in (r"\{a\|b\}", "a {b|c", "a } b | c", "{" * 3000, "\\"):
        assert drawn(text, Random(0)) == text


def test_deep_nesting_is_no_trouble():
    assert drawn("{" * 5000 + "x" + "}" * 5000, Random(0)) == "x"
