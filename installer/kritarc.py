"""Krita's settings file: one line in it is ours, and every other byte stays as it is.

The format is KConfig's: ``key=value`` lines under ``[group]`` lines, the last of equal keys counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY = b"enable_velatura"
_GROUP = b"[python]"
_LINE = re.compile(rb"\s*" + KEY + rb"\s*=[ \t]*([^\r\n]*?)[ \t]*(\r?\n)?\Z")
_RESOURCES = re.compile(rb"\s*ResourceDirectory\s*=[ \t]*([^\r\n]*)")
_TRUE = frozenset({b"true", b"on", b"yes", b"1"})


@dataclass(frozen=True)
class Change:
    """What :func:`enable` did, for :func:`disable` to take back.

    ``previous``: the value that the line had, empty where there was no such line. ``ended_line``:
    the file's last line had no end and got one.
    """

    previous: str = ""
    made_group: bool = False
    ended_line: bool = False


def is_enabled(content: bytes) -> bool:
    found = _find(content.splitlines(keepends=True))
    return found is not None and found[1].lower() in _TRUE


def enable(content: bytes) -> tuple[bytes, Change]:
    """The file's new content, and how it differs."""
    lines = content.splitlines(keepends=True)
    found = _find(lines)
    if found and found[1].lower() in _TRUE:
        return content, Change()
    if found:
        index, value = found
        lines[index] = _with_value(lines[index], b"true")
        return b"".join(lines), Change(previous=value.decode("latin-1"))
    return _added(lines)


def disable(content: bytes, change: Change) -> bytes:
    """``content`` as it would be without ``change``, whatever Krita has written since."""
    lines = content.splitlines(keepends=True)
    found = _find(lines)
    if found is None:
        return content
    index = found[0]
    if change.previous:
        lines[index] = _with_value(lines[index], change.previous.encode("latin-1"))
        return b"".join(lines)
    del lines[index]
    if change.made_group:
        _remove_group_if_empty(lines, index - 1)
    if change.ended_line and lines:
        lines[-1] = lines[-1].rstrip(b"\r\n")
    return b"".join(lines)


def resource_folder(content: bytes) -> str:
    """The folder that the user has chosen for Krita's resources, empty where none is."""
    chosen = b""
    for line in content.splitlines():
        if line.lstrip().startswith(b"["):
            break  # it is set before the first group
        found = _RESOURCES.match(line)
        chosen = found[1].strip() if found else chosen
    return chosen.decode("utf-8", "replace").replace("\\\\", "\\")


def _added(lines: list[bytes]) -> tuple[bytes, Change]:
    newline = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    ends = not lines or lines[-1].endswith((b"\n", b"\r"))
    if not ends:
        lines[-1] += newline
    ours = KEY + b"=true" + newline
    place = _end_of_group(lines)
    if place is None:
        separator = [newline] if lines else []
        lines += [*separator, _GROUP + newline, ours]
    else:
        lines.insert(place, ours)
    return b"".join(lines), Change(made_group=place is None, ended_line=not ends)


def _find(lines: list[bytes]) -> tuple[int, bytes] | None:
    """Index and value of the line that counts."""
    found = None
    for index in _in_group(lines):
        match = _LINE.match(lines[index])
        if match:
            found = index, match[1]
    return found


def _end_of_group(lines: list[bytes]) -> int | None:
    """Behind the group's last line that says something; None where there is no such group."""
    headers = [index for index, line in enumerate(lines) if line.strip() == _GROUP]
    inside = [index for index in _in_group(lines) if lines[index].strip()]
    last = max([*headers, *inside], default=None)
    return None if last is None else last + 1


def _in_group(lines: list[bytes]) -> list[int]:
    inside, found = False, list[int]()
    for index, line in enumerate(lines):
        if line.lstrip().startswith(b"["):
            inside = line.strip() == _GROUP
        elif inside:
            found.append(index)
    return found


def _with_value(line: bytes, value: bytes) -> bytes:
    match = _LINE.match(line)
    assert match is not None
    return line[: match.start(1)] + value + line[match.end(1) :]


def _remove_group_if_empty(lines: list[bytes], header: int) -> None:
    """With the empty line that sets it off, before it or, at the file's start, behind it."""
    if header < 0 or lines[header].strip() != _GROUP:
        return  # other lines are between: the group has become somebody else's too
    after = lines[header + 1] if header + 1 < len(lines) else b"["
    if after.strip() and not after.lstrip().startswith(b"["):
        return
    del lines[header]
    blank = header - 1 if header else 0
    if blank < len(lines) and not lines[blank].strip():
        del lines[blank]
