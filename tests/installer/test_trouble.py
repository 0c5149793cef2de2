from __future__ import annotations

from installer.trouble import Trouble


def test_it_is_one_line_of_two_sentences() -> None:
    for problem in ("It broke", "It broke."):
        assert str(Trouble(problem, "Mend it.")) == "It broke. Mend it."
