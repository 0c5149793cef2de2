"""Letters that lead to a control from anywhere in the panel, as menus have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MARK = "_"


def marked(texts: Sequence[str]) -> tuple[str, ...]:
    """Each text with :data:`MARK` before its letter; marks of its own are doubled.

    No letter leads to two of them, so that a text for which none is left has none. The first ones
    choose first, beginnings of words before what is inside of them.
    """
    taken: set[str] = set()
    return tuple(_marked(text, taken) for text in texts)


def _marked(text: str, taken: set[str]) -> str:
    for index in (*_beginnings(text), *range(len(text))):
        letter = text[index].casefold()
        if letter.isalnum() and len(letter) == 1 and letter not in taken:
            taken.add(letter)
            return f"{_plain(text[:index])}{MARK}{_plain(text[index:])}"
    return _plain(text)


def _beginnings(text: str) -> Iterator[int]:
    return (i for i in range(len(text)) if i == 0 or not text[i - 1].isalnum())


def _plain(text: str) -> str:
    return text.replace(MARK, MARK + MARK)
