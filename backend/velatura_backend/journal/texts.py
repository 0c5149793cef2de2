"""What users have written into the tasks that the journal keeps; read beside a running backend."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from velatura_protocol.errors import BadMessage

from ..doctor.scrubbing import written_in
from .journal import JOURNAL_FILE
from .kept_messages import unpack_submit


def task_texts(directory: Path) -> tuple[str, ...] | None:
    """Prompts and other texts of all tasks; none without a journal, None where it cannot be
    read."""
    path = directory / JOURNAL_FILE
    if not path.exists():
        return ()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as journal:
            submits = [bytes(row[0]) for row in journal.execute("SELECT submit FROM jobs")]
    except sqlite3.Error:
        return None
    return tuple(dict.fromkeys(text for each in submits for text in _texts(each) if text.strip()))


def _texts(submit: bytes) -> Iterator[str]:
    try:
        message = unpack_submit(submit)
    except BadMessage:
        # Of a later version: its texts are found as text.
        yield submit.decode("utf-8", "replace")
        return
    yield message.live
    yield from written_in(message.task)
