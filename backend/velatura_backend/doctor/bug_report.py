"""``velatura doctor --report``: what a stranger needs to find a fault, and nothing private.

Versions and the ends of the logs in the data directory, as plain text. What is taken out of them is
said in :mod:`~velatura_backend.doctor.scrubbing`; who sends the report should read it first all the
same.
"""

from __future__ import annotations

import getpass
import json
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ..files import write_private
from ..instance import SECRET_FILES
from ..journal.texts import task_texts
from .doctor import Check, Status
from .scrubbing import Private, Scrubber

_TAIL_BYTES = 64 * 1024
_PLUGIN_SETTINGS = "plugin.json"
LOGS = ("backend-start.log", "backend.log", "gimp-plugin.log", "krita-plugin.log")
"""Ours alone: the data directory may be any folder that the user chose, with other programs' logs
in it."""
_HEAD = """Velatura: report for a bug
Prompts, file names, paths, secrets and names were taken out. Read it before you send it.
"""


def write_report(directory: Path, checks: Sequence[Check], target: Path) -> None:
    """:raises OSError: ``target`` cannot be written"""
    write_private(target, compose(directory, checks).encode("utf-8"))


def compose(directory: Path, checks: Sequence[Check]) -> str:
    """The report on the backend of a data directory."""
    scrubber = Scrubber(private_things(directory))
    parts = [_HEAD, *(_shown(check, scrubber) for check in checks)]
    for log in filter(Path.is_file, (directory / name for name in LOGS)):
        parts.append(f"\n---- {log.name} ----")
        parts.append(scrubber.scrub(_tail(log)))
    return "\n".join(parts) + "\n"


def private_things(directory: Path) -> Private:
    """All that is known of this data directory, its user and this machine."""
    settings = _settings(directory)
    texts = task_texts(directory)
    if texts is not None:
        texts = (*texts, *_strings(settings.get("prompts")))
    secrets = [_content(directory / name) for name in SECRET_FILES]
    secrets += _strings(settings.get("client_secret"))
    names = [platform.node(), Path.home().name]
    # A container may have no user of that number.
    with suppress(KeyError, OSError, ImportError):
        names.append(getpass.getuser())
    return Private(texts, tuple(filter(None, secrets)), tuple(dict.fromkeys(names)))


def _shown(check: Check, scrubber: Scrubber) -> str:
    sign = {Status.GOOD: "ok", Status.WARNING: "!!", Status.BAD: "NO"}[check.status]
    return f"{sign}  {check.title}: {scrubber.message(check.found)}"


def _settings(directory: Path) -> dict[str, Any]:
    try:
        found = json.loads((directory / _PLUGIN_SETTINGS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in cast("list[object]", value) for text in _strings(each)]
    return []


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _tail(log: Path) -> str:
    """Whole lines of it, the last ones."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return text if size <= _TAIL_BYTES else text.partition("\n")[2]
