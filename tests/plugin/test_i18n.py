from __future__ import annotations

import struct
from pathlib import Path

from velatura_plugin.i18n import load_translations
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.errors import NothingSelected


def catalogue(entries: dict[str, str]) -> bytes:
    """A gettext .mo file: header, two tables of (length, offset), the strings."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **entries}.items())
    texts = [text.encode() for pair in zip(*pairs, strict=True) for text in pair]
    count = len(pairs)
    offset = 28 + 16 * count
    table = b""
    for text in texts:
        table += struct.pack("<II", len(text), offset)
        offset += len(text) + 1
    header = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return header + table + b"\0".join(texts) + b"\0"


def test_the_language_s_catalogue_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entries = {"Select something first.": "Erst etwas auswählen."}
    (folder / "velatura.mo").write_bytes(catalogue(entries))
    german = load_translations("de_AT", tmp_path)
    assert sentence(NothingSelected(), german) == "Erst etwas auswählen."


def test_english_where_there_is_none(tmp_path: Path) -> None:
    for language in ("", "xx"):
        words = load_translations(language, tmp_path)
        assert words.ngettext("{n} file", "{n} files", 2) == "{n} files"
    assert load_translations("xx").gettext("Start") == "Start"
