"""Weights: ``(velvet:1.3)`` counts 1.3 times, ``(velvet)`` 1.1 times, ``[velvet]`` 1/1.1 times.

They nest and multiply, as in the interface that the notation comes from (AUTOMATIC1111's). A
backslash makes a bracket a bracket, and so is one without a partner. ``BREAK`` in capitals begins
a new chunk of the text encoder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_STRONGER = 1.1
_MOST = 10.0
_SPECIAL = r"\()[]{}|<>:"
_LEXEME = re.compile(
    r"(?P<escaped>\\[" + re.escape(_SPECIAL) + r"])"
    r"|(?P<break>\bBREAK\b)"
    r"|:\s*(?P<weight>[+-]?(?:\d+\.?\d*|\.\d+))\s*\)"
    r"|(?P<bracket>[()\[\]])"
    r"|(?P<text>[^\\()\[\]:B]+|.)",
    re.DOTALL,
)
_OPENING = {")": "(", "]": "["}


@dataclass(frozen=True)
class Piece:
    """A stretch of text and how much it counts, in -10..10 with four decimals."""

    text: str
    weight: float = 1.0


Sections = tuple[tuple[Piece, ...], ...]
"""What lies between two ``BREAK``; none of them is empty."""


@dataclass
class _Lexeme:
    """``factor`` is that of the pair an opening or closing bracket turned out to be half of."""

    kind: str
    text: str
    factor: float | None = None


def parse(text: str) -> Sections:
    """What a prompt is made of. Any text is a prompt; the work is linear in its length."""
    lexemes = _paired(text)
    sections: list[list[Piece]] = [[]]
    weights = [1.0]
    for each in lexemes:
        if each.kind == "break":
            sections.append([])
        elif each.factor is None:
            sections[-1].append(Piece(each.text, _bounded(weights[-1])))
        elif each.kind == "open":
            weights.append(max(-1e6, min(1e6, weights[-1] * each.factor)))
        else:
            weights.pop()
    tidy = (tuple(_tidied(section)) for section in sections)
    return tuple(section for section in tidy if section)


def written(sections: Sections) -> str:
    """The prompt that is parsed into these sections: ``parse(written(parse(t))) == parse(t)``."""
    return " BREAK ".join("".join(map(_written_piece, section)) for section in sections)


def plain_text(text: str) -> str:
    """The words alone, for text encoders that take no weights."""
    return " ".join("".join(piece.text for piece in section) for section in parse(text))


def has_weights(text: str) -> bool:
    return any(piece.weight != 1.0 for section in parse(text) for piece in section)


def escaped(text: str) -> str:
    """A prompt that says just ``text``, brackets included (but for a ``BREAK``)."""
    return re.sub(r"[" + re.escape(_SPECIAL) + r"]", r"\\\g<0>", text)


def _paired(text: str) -> list[_Lexeme]:
    """The lexemes, brackets that are a pair's marked with its factor, all others plain text."""
    lexemes: list[_Lexeme] = []
    open_brackets: dict[str, list[int]] = {"(": [], "[": []}
    for match in _LEXEME.finditer(text):
        kind = match.lastgroup or ""
        if kind == "weight":
            opening = _matching(open_brackets, "(")
            if opening is not None:
                _pair(lexemes, opening, float(match["weight"]))
                continue
            lexemes.append(_Lexeme("text", match[0]))
        elif kind == "bracket":
            _read_bracket(match[0], lexemes, open_brackets)
        elif kind == "escaped":
            lexemes.append(_Lexeme("text", match[0][1]))
        else:
            lexemes.append(_Lexeme(kind, match[0]))
    return lexemes


def _read_bracket(symbol: str, lexemes: list[_Lexeme], waiting: dict[str, list[int]]) -> None:
    opening = _matching(waiting, _OPENING[symbol]) if symbol in _OPENING else None
    if opening is not None:
        _pair(lexemes, opening, _STRONGER if symbol == ")" else 1.0 / _STRONGER)
        return
    if symbol in waiting:
        waiting[symbol].append(len(lexemes))
    lexemes.append(_Lexeme("text", symbol))


def _matching(waiting: dict[str, list[int]], kind: str) -> int | None:
    """The nearest open bracket of the kind; brackets of the other kind in between stay text."""
    if not waiting[kind]:
        return None
    position = waiting[kind].pop()
    other = waiting["[" if kind == "(" else "("]
    while other and other[-1] > position:
        other.pop()
    return position


def _pair(lexemes: list[_Lexeme], opening: int, factor: float) -> None:
    lexemes[opening] = _Lexeme("open", "", factor)
    lexemes.append(_Lexeme("close", "", factor))


def _bounded(weight: float) -> float:
    return round(max(-_MOST, min(_MOST, weight)), 4)


def _tidied(section: list[Piece]) -> Iterator[Piece]:
    """Neighbours of one weight joined, white space at both ends taken away."""
    joined = [
        Piece("".join(piece.text for piece in group), weight)
        for weight, group in groupby(section, key=lambda piece: piece.weight)
    ]
    while joined and not joined[0].text.strip():
        joined.pop(0)
    while joined and not joined[-1].text.strip():
        joined.pop()
    for index, piece in enumerate(joined):
        text = piece.text.lstrip() if index == 0 else piece.text
        text = text.rstrip() if index == len(joined) - 1 else text
        yield Piece(text, piece.weight)


def _written_piece(piece: Piece) -> str:
    text = escaped(piece.text)
    if piece.weight == 1.0:
        return text
    weight = f"{piece.weight:.4f}".rstrip("0").rstrip(".")
    return f"({text}:{weight})"
