from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from velatura_plugin.ui.mnemonics import marked


def test_the_first_ones_choose_first() -> None:
    assert marked(["Remove", "Restore", "Repeat all"]) == ("_Remove", "R_estore", "Repeat _all")


def test_a_text_for_which_no_letter_is_left() -> None:
    assert marked(["a", "A", "≈"]) == ("_a", "A", "≈")


def test_letters_of_other_scripts() -> None:
    assert marked(["Убрать", "Über"]) == ("_Убрать", "_Über")


def test_marks_of_its_own() -> None:
    assert marked(["_a_b"]) == ("___a__b",)


@given(st.lists(st.text(max_size=12), max_size=30))
def test_no_letter_leads_to_two_and_nothing_is_lost(texts: list[str]) -> None:
    found = marked(texts)
    assert [re.sub("_(.)", r"\1", each, flags=re.DOTALL) for each in found] == texts
    letters = [
        match[1].casefold()
        for each in found
        for match in re.finditer("_(.)", each, flags=re.DOTALL)
        if match[1] != "_"
    ]
    assert len(letters) == len(set(letters))
