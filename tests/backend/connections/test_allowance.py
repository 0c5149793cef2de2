"""What a connection may lay down before a job names it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_backend.connections.allowance import Allowance, Most
from velatura_protocol.errors import LimitExceeded


def refused(allowance: Allowance, blob: str, size: int) -> dict[str, str | int | float]:
    with pytest.raises(LimitExceeded) as caught:
        allowance.admit(blob, size)
    return caught.value.params


def test_there_is_an_end_to_their_number_and_to_their_bytes() -> None:
    allowance = Allowance(Most(blobs=2, bytes=100))
    allowance.admit("a", 60)
    assert refused(allowance, "b", 41) == {"limit": "unnamed_bytes", "value": 101, "maximum": 100}
    allowance.admit("b", 40)
    assert refused(allowance, "c", 1) == {"limit": "unnamed_blobs", "value": 3, "maximum": 2}
    assert "c" not in allowance


def test_what_a_job_names_does_not_count() -> None:
    """Whether it comes before the submit or after it."""
    allowance = Allowance(Most(blobs=1, bytes=100))
    allowance.admit("before", 100)
    allowance.name(("before", "after"))
    allowance.admit("after", 1000)
    allowance.admit("other", 100)
    refused(allowance, "one more", 0)


def test_what_is_left_of_a_job_that_was_not_to_be_counts_again() -> None:
    allowance = Allowance(Most(blobs=8, bytes=100))
    for job in ("one", "two"):
        allowance.name((job, "shared"))
    for blob in ("one", "two", "shared"):
        allowance.admit(blob, 50)
    allowance.unname(("one", "shared"))
    allowance.admit("more", 50)
    assert refused(allowance, "another", 1)["value"] == 101
    allowance.unname(("two", "shared"))
    assert refused(allowance, "another", 1)["value"] == 201
    for blob in ("one", "two", "shared"):
        allowance.drop(blob)
    allowance.admit("another", 50)


def test_what_is_dropped_twice_or_was_never_there_makes_no_room() -> None:
    allowance = Allowance(Most(blobs=1, bytes=1))
    allowance.admit("a", 1)
    allowance.drop("b")
    refused(allowance, "c", 1)
    allowance.drop("a")
    allowance.drop("a")
    allowance.admit("c", 1)
    refused(allowance, "d", 1)


def test_an_editor_that_says_last_what_it_wants_is_not_bothered() -> None:
    """24 megapixels in 32-bit float, three jobs at once; each with image, source and reference, a
    mask and three controls in grey."""
    allowance = Allowance(Most())
    for job in range(3):
        for number, bytes_per_pixel in enumerate((16, 16, 16, 1, 1, 1, 1)):
            allowance.admit(f"{job}-{number}", 6000 * 4000 * bytes_per_pixel)


@given(st.lists(st.tuples(st.sampled_from(["admit", "drop", "name", "unname"]),
                          st.integers(0, 4))))  # fmt: skip
def test_the_books_are_right(steps: list[tuple[str, int]]) -> None:
    """Against a model that counts anew each time."""
    most = Most(blobs=3, bytes=12)
    allowance = Allowance(most)
    here: dict[str, int] = {}
    named: list[str] = []
    for what, number in steps:
        blob = str(number)
        if what == "admit" and blob not in here:
            others = [size for name, size in here.items() if name not in named]
            fits = blob in named or (
                len(others) < most.blobs and sum(others) + number * 2 <= most.bytes
            )
            if fits:
                allowance.admit(blob, number * 2)
                here[blob] = number * 2
            else:
                refused(allowance, blob, number * 2)
        elif what == "drop":
            allowance.drop(blob)
            here.pop(blob, None)
        elif what == "name":
            allowance.name([blob])
            named.append(blob)
        elif what == "unname" and blob in named:
            allowance.unname([blob])
            named.remove(blob)
        assert (blob in allowance) == (blob in here)
