from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugin.events import CONTENT, PIXELS, PROVENANCE
from velatura_plugin.state.staging import Staging


def staged(*indices: int) -> Staging:
    staging = Staging()
    for index in indices:
        staging = staging.with_content(index, 10 + index, CONTENT)
    return staging


def indices(staging: Staging) -> list[int]:
    return [each.index for each in staging.variations]


def test_the_first_with_pixels_is_current() -> None:
    assert Staging().current is None
    assert Staging().with_thumbnail(0, 10, PIXELS).current is None
    assert staged(2, 0, 1).current == 2
    assert indices(staged(2, 0, 1)) == [0, 1, 2]


def test_a_thumbnail_and_its_pixels_are_one_variation() -> None:
    staging = Staging().with_thumbnail(0, 10, PIXELS)
    assert staging.ready == ()
    assert staging.variations[0].provenance is None
    (both,) = staging.with_content(0, 10, CONTENT).variations
    assert (both.thumbnail, both.content, both.seed) == (PIXELS, CONTENT, 10)
    assert both.provenance == PROVENANCE


def test_only_what_has_pixels_is_shown() -> None:
    staging = staged(0).with_thumbnail(1, 11, PIXELS)
    assert staging.showing(1).current == 0
    assert staging.showing(5).current == 0
    assert staging.stepped(1).current == 0


def test_stepping_goes_round() -> None:
    staging = staged(0, 2, 5)
    assert [staging.stepped(n).current for n in (1, 2, 3, -1)] == [2, 5, 0, 5]
    assert Staging().stepped(1).current is None


def test_the_right_neighbour_takes_over() -> None:
    staging = staged(0, 1, 2).showing(1)
    assert staging.discarding(1).current == 2
    assert staging.discarding(1).discarding(2).current == 0
    assert staging.discarding(0).current == 1
    assert staged(0).discarding(0).current is None


def test_a_discarded_one_stays_away() -> None:
    staging = staged(0, 1).discarding(0)
    assert indices(staging.with_content(0, 10, CONTENT)) == [1]
    assert indices(staging.with_thumbnail(0, 10, PIXELS)) == [1]
    assert staged(0).discarding(0).with_content(0, 10, CONTENT).current is None


def test_kept_ones_are_not_lost_by_closing() -> None:
    staging = staged(0, 1).keeping(0)
    assert [each.index for each in staging.unkept] == [1]
    assert staging.keeping(7) == staging
    assert staging.shown is not None
    assert staging.shown.kept


steps = st.lists(
    st.tuples(
        st.sampled_from(["content", "thumbnail", "show", "step", "keep", "discard"]),
        st.integers(0, 4),
    ),
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(steps)
def test_the_current_one_always_has_pixels(history: list[tuple[str, int]]) -> None:
    staging = Staging()
    for step, index in history:
        staging = {
            "content": lambda s, i: s.with_content(i, i, CONTENT),
            "thumbnail": lambda s, i: s.with_thumbnail(i, i, PIXELS),
            "show": Staging.showing,
            "step": lambda s, i: s.stepped(i - 2),
            "keep": Staging.keeping,
            "discard": Staging.discarding,
        }[step](staging, index)
        assert indices(staging) == sorted(set(indices(staging)))
        assert not staging.discarded & set(indices(staging))
        assert (staging.current is None) == (not staging.ready)
        assert staging.shown is None or staging.shown.content is not None


def test_the_best_of_several_is_the_one_with_the_least_energy() -> None:
    assert staged(0, 1).best is None, "nobody measured it"
    one = Staging().with_content(0, 10, CONTENT, 0.5)
    assert one.best is None, "nothing to compare it with"
    several = one.with_content(1, 11, CONTENT, 0.25).with_content(2, 12, CONTENT)
    assert several.best == 1
    assert several.current == 0, "what the user looks at stays"
    assert several.keeping(1).discarding(0).best is None
