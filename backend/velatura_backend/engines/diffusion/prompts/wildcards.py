"""Wildcards: ``{red|green|blue}`` is one of them, by the seed."""

from __future__ import annotations

from random import Random


def drawn(text: str, random: Random) -> str:
    """``text`` with every wildcard replaced by one of its options.

    They nest; an option may be empty. Braces and bars after a backslash are left as they are, and
    so is a brace that nothing closes. The same generator state draws the same options.
    """
    levels: list[list[str]] = [[""]]
    for symbol in _symbols(text):
        if symbol == "{":
            levels.append([""])
        elif symbol == "|" and len(levels) > 1:
            levels[-1].append("")
        elif symbol == "}" and len(levels) > 1:
            options = levels.pop()
            levels[-1][-1] += options[_index(random, len(options))]
        else:
            levels[-1][-1] += symbol
    return "{".join("|".join(options) for options in levels)


def _symbols(text: str) -> list[str]:
    """Characters, each escaped one together with its backslash."""
    found: list[str] = []
    position = 0
    while position < len(text):
        length = 2 if text[position] == "\\" else 1
        found.append(text[position : position + length])
        position += length
    return found


def _index(random: Random, count: int) -> int:
    # Of the generator's methods only random() promises the same numbers in every Python to come.
    return min(int(random.random() * count), count - 1)
