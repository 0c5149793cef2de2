"""CLIP's tokenizer, for files that come without one.

The list of merges is OpenAI's (MIT). It is read from the installed package ``open_clip_torch``,
which ships it; the package itself is never imported.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import transformers

_FILE = "bpe_simple_vocab_16e6.txt.gz"
SIZE = 49408
"""Tokens: 256 bytes, as many at a word's end, the merges, begin and end."""
_MERGES = SIZE - 2 * 256 - 2


def is_clip_vocabulary_here() -> bool:
    return _path() is not None


def clip_tokenizer(pad: str) -> Any:
    """``pad``: what short texts are filled up with; the encoders differ in it."""
    merges = _merges()
    words = [*_symbols(), *(each + "</w>" for each in _symbols()), *map("".join, merges)]
    vocabulary = {word: index for index, word in enumerate([*words, *_MARKS])}
    make: Any = transformers.CLIPTokenizer  # its annotations know merges as texts alone
    return make(vocab=vocabulary, merges=merges, pad_token=pad, model_max_length=77)


_MARKS = ("<|startoftext|>", "<|endoftext|>")


def _merges() -> list[tuple[str, str]]:
    path = _path()
    if path is None:
        raise FileNotFoundError(_FILE)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")[1 : _MERGES + 1]  # the first one is a title
    pairs = [line.split() for line in lines]
    return [(first, second) for first, second in pairs]


def _path() -> Path | None:
    found = find_spec("open_clip")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / _FILE
        if path.is_file():
            return path
    return None


def _symbols() -> list[str]:
    """A printable character for each byte, in the order the vocabulary has them: those that are
    printable themselves first."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = range(256, 256 + 256 - len(own))
    return [chr(each) for each in (*own, *others)]
