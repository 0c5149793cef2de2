"""Prompts as the token ids a text encoder takes, and what of a prompt is too long for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .weights import Sections

Tokenise = Callable[[str], Sequence[int]]
"""The ids of one word, without those for begin and end."""

_WORD = re.compile(r"\S+")
_WORDS_TOLD = 5
_COMMA_REACH = 20
"""How many tokens a chunk may stay short by to end at a comma: a phrase torn apart means something
else in each half."""


@dataclass(frozen=True)
class Token:
    """``ends_phrase``: the last one of a word with a comma or full stop."""

    id: int
    weight: float = 1.0
    ends_phrase: bool = False


@dataclass(frozen=True)
class Chunks:
    """One chunk at least, which may be empty. ``dropped``: the first words that are not in them,
    empty where all are."""

    chunks: tuple[tuple[Token, ...], ...]
    dropped: str = ""


@dataclass(frozen=True)
class TrimmedText:
    text: str
    dropped: str = ""


def chunked(sections: Sections, tokenise: Tokenise, size: int = 75, most: int = 4) -> Chunks:
    """The prompt in at most ``most`` chunks of at most ``size`` tokens.

    A section begins a new chunk. Words stay whole unless one is longer than a chunk.
    """
    builder = _Builder(size, most)
    for section in sections:
        builder.begin_section()
        for piece in section:
            for word in _WORD.finditer(piece.text):
                ids = tokenise(word[0])
                last = len(ids) - 1
                ends = word[0][-1] in ",.;"
                tokens = [
                    Token(each, piece.weight, ends and index == last)
                    for index, each in enumerate(ids)
                ]
                builder.add(word[0], tokens)
    return builder.result()


def trimmed(text: str, count: Callable[[str], int], limit: int) -> TrimmedText:
    """As many whole words of ``text`` as ``count`` finds at most ``limit`` tokens in."""
    if count(text) <= limit:
        return TrimmedText(text)
    words = list(_WORD.finditer(text))
    fitting, too_many = 0, len(words)
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if count(text[: words[middle - 1].end()]) <= limit:
            fitting = middle
        else:
            too_many = middle
    end = words[fitting - 1].end() if fitting else 0
    return TrimmedText(text[:end], _told([word[0] for word in words[fitting:]]))


def _told(words: list[str]) -> str:
    return " ".join(words[:_WORDS_TOLD])


class _Builder:
    def __init__(self, size: int, most: int) -> None:
        self._size, self._most = size, most
        self._chunks: list[list[Token]] = [[]]
        self._dropped: list[str] = []

    def begin_section(self) -> None:
        if self._chunks[-1] and len(self._chunks) < self._most:
            self._chunks.append([])

    def add(self, word: str, tokens: list[Token]) -> None:
        if self._dropped or not self._make_room(len(tokens)):
            self._dropped.append(word)
            return
        while tokens:
            room = self._size - len(self._chunks[-1])
            self._chunks[-1] += tokens[:room]
            tokens = tokens[room:]
            if tokens and len(self._chunks) == self._most:
                self._dropped.append(word)
                return
            if tokens:
                self._chunks.append([])

    def result(self) -> Chunks:
        return Chunks(tuple(map(tuple, self._chunks)), _told(self._dropped))

    def _make_room(self, count: int) -> bool:
        """Whether a word of so many tokens may begin in the last chunk, a new one if need be."""
        if len(self._chunks[-1]) + count <= self._size or not self._chunks[-1]:
            return True
        if len(self._chunks) == self._most:
            return False
        self._turn_over()
        return True

    def _turn_over(self) -> None:
        """Begins a chunk, with what follows the last comma if that is near the end."""
        full = self._chunks[-1]
        ends = [index for index, token in enumerate(full) if token.ends_phrase]
        cut = ends[-1] + 1 if ends and len(full) - ends[-1] <= _COMMA_REACH else len(full)
        self._chunks[-1:] = [full[:cut], full[cut:]]
