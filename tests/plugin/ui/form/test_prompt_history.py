from __future__ import annotations

from velatura_plugin.ui.form.prompt_history import PromptHistory


def walked(past: PromptHistory, text: str, *steps: int) -> list[str | None]:
    """What is seen after each step; where there is no way the text stays."""
    seen: list[str | None] = []
    for step in steps:
        seen.append(past.go(step, text))
        text = seen[-1] if seen[-1] is not None else text
        past.typed(text)
    return seen


def past() -> PromptHistory:
    made = PromptHistory()
    made.entries = ("new", "old")
    return made


def test_there_and_back_to_what_was_being_written() -> None:
    assert walked(past(), "draft", 1, 1, 1, -1, -1, -1) == [
        "new", "old", None, "new", "draft", None,
    ]  # fmt: skip


def test_what_is_typed_on_the_way_begins_anew() -> None:
    found = past()
    assert found.go(1, "draft") == "new"
    found.typed("newer")
    assert walked(found, "newer", 1, -1) == ["new", "newer"]


def test_nothing_was_written_before() -> None:
    assert PromptHistory().go(1, "draft") is None


def test_entries_that_are_gone_meanwhile() -> None:
    found = past()
    assert walked(found, "draft", 1, 1) == ["new", "old"]
    found.entries = ("newest",)
    found.typed("old")
    assert walked(found, "old", 1, -1) == ["newest", "old"]
