from __future__ import annotations

import pytest

from velatura_plugin.i18n import Translations
from velatura_plugin.ui.wording.numbers import ago, byte_count, decimal, duration, whole

WORDS = Translations()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-9, "-9"),
        (9999, "9999"),
        (10_000, "10\u202f000"),
        (-1_234_567, "-1\u202f234\u202f567"),
    ],
)
def test_whole(value: int, text: str) -> None:
    assert whole(value, WORDS) == text


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (2.5, "2.5"), (0.04, "0"), (100.0, "100"), (10.06, "10.1")]
)
def test_decimal(value: float, text: str) -> None:
    assert decimal(value, WORDS) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 kB"), (1500, "2 kB"), (1_900_000, "2 MB"), (6_200_000_000, "6.2 GB")],
)
def test_bytes(count: float, text: str) -> None:
    assert byte_count(count, WORDS) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (59.4, "59 s"), (60.0, "1 min"), (600.0, "10 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds, WORDS) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (864_000, "10 days ago"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert ago(seconds, WORDS) == text
