"""Takes out of a text what nobody else should read: prompts, secrets, paths, names.

Built for logs that are about to be shown to strangers, so it takes out too much rather than too
little: what the lines of this program say stays, what came from elsewhere stays only where it is
known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from velatura_protocol.tasks import Task

_PROMPT, _SECRET, _PATH, _ADDRESS = "[prompt]", "[secret]", "[path]", "[address]"
_CUT = "[…]"

_RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ")
_FRAME = re.compile(r'  File ".*", line \d+')
_BETWEEN = ("Traceback (most recent", "During handling of", "The above exception")
_EXCEPTION = re.compile(r"([A-Za-z_][\w.]*)(?:: (.*))?")
_QUOTED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|`[^`\n]*`|«[^»\n]*»|“[^”\n]*”""")

# A path up to a character that ends one in a sentence or in quotes; folders may have spaces.
_PATHS = re.compile(
    r"""(?:file:///|(?<![\w.\]…/])(?:/|~/|~\\|\\\\)|\b[A-Za-z]:[\\/])"""
    r"""[^\s"'<>|*?:;,()\]]+(?: [^\s"'<>|*?:;,()\]]*[\\/][^\s"'<>|*?:;,()\]]*)*"""
)
_PATH_IN_QUOTES = re.compile(r"""(["'])(?:file://)?(?:/|~[/\\]|\\\\|[A-Za-z]:[\\/])[^\n]*?\1""")
# What of a path is the same for everybody, and says which line of which library it was.
_COMMON = re.compile(
    r"(?:site-packages|dist-packages|lib/python\d[\d.]*|Lib)[\\/].*"
    r"|velatura_(?:backend|protocol|plugin|cli)[\\/].*"
)
_HERE = re.compile(r"(\b(?:https?|wss?)://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?/?)")
_URL = re.compile(r"\b(?:https?|wss?|ftp)://[^\s\"'<>]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IP = re.compile(r"\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)(?:\d{1,3}\.){3}\d{1,3}\b")
_LONG_SECRET = re.compile(r"\b(?=[\w-]*[a-z])(?=[\w-]*[A-Z0-9])[\w-]{40,}\b")
_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True)
class Private:
    """What is known to be private. ``texts``: prompts and the like, None where nobody can tell
    them any more: then the words of exceptions are left out altogether. ``names``: of the user and
    the machine."""

    texts: tuple[str, ...] | None = ()
    secrets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def written_in(task: Task) -> Iterator[str]:
    """What of a task its user wrote."""
    yield from (task.prompt, task.avoid, task.document_key)
    for value in task.parameters.values():
        several = value if isinstance(value, tuple) else (value,)
        yield from (each for each in several if isinstance(each, str))


def without_texts(text: str, texts: Iterable[str], instead: str = _PROMPT) -> str:
    """``text`` without each of ``texts``, as it is, as Python shows it, and in any case."""
    spellings = {
        spelling
        for each in texts
        for spelling in (each, each.strip(), repr(each)[1:-1], ascii(each)[1:-1])
        if len(spelling.strip()) > 1
    }
    for each in sorted(spellings, key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(each)}(?!\w)" if len(each) < 20 else re.escape(each)
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    return text


class Scrubber:
    """One text's lines, one after the other."""

    def __init__(self, private: Private) -> None:
        self._private = private
        self._words = {
            word.casefold() for text in private.texts or () for word in _WORD.findall(text)
        }

    def scrub(self, text: str) -> str:
        """A log, tracebacks included."""
        return "\n".join(map(self._line, self._known_gone(text).splitlines()))

    def message(self, text: str) -> str:
        """One line that is no record of ours."""
        return self._foreign(self._known_gone(text))

    def _known_gone(self, text: str) -> str:
        text = without_texts(text, self._private.secrets, _SECRET)
        return without_texts(text, self._private.texts or ())

    def _line(self, line: str) -> str:
        if _RECORD.match(line) or line.startswith(_BETWEEN):
            return self._places_gone(line)
        if line.startswith("  "):
            return self._places_gone(line) if _FRAME.match(line) else self._unknown(line)
        return self._exception(line)

    def _unknown(self, line: str) -> str:
        """A frame's line of source, or of an exception's words where they go on: nobody can tell
        the one from the other."""
        return _CUT if self._private.texts is None else self._foreign(line)

    def _exception(self, line: str) -> str:
        found = _EXCEPTION.fullmatch(line)
        if found is None:
            return _CUT if line.strip() else line
        kind, message = found.groups()
        if message is None:
            return kind
        if self._private.texts is None:
            return f"{kind}: {_CUT}"
        return f"{kind}: {self._foreign(message)}"

    def _foreign(self, text: str) -> str:
        """Words of a library: it may have quoted anything."""
        text = self._places_gone(_QUOTED.sub(_CUT, text))
        return _WORD.sub(self._unless_private, text)

    def _unless_private(self, word: re.Match[str]) -> str:
        return _CUT if word[0].casefold() in self._words else word[0]

    def _places_gone(self, text: str) -> str:
        """But for addresses of this machine, which are everybody's."""
        parts = _HERE.split(text)
        return "".join(
            part if number % 2 else self._elsewhere_gone(part) for number, part in enumerate(parts)
        )

    def _elsewhere_gone(self, text: str) -> str:
        text = _URL.sub(_ADDRESS, text)
        text = _PATH_IN_QUOTES.sub(_quoted_place, text)
        text = _PATHS.sub(lambda found: _place(found[0]), text)
        text = _IP.sub(_ADDRESS, _MAIL.sub(_ADDRESS, text))
        text = _LONG_SECRET.sub(_SECRET, text)
        return without_texts(text, (n for n in self._private.names if len(n) > 2), "[name]")


def _place(path: str) -> str:
    common = _COMMON.search(path)
    return f"{_CUT}/{common[0]}" if common else _PATH


def _quoted_place(path: re.Match[str]) -> str:
    quote = path[1]
    return f"{quote}{_place(path[0][1:-1])}{quote}"
