"""What the journal of a server that has stopped says of its jobs."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from velatura_backend.journal.journal import JOURNAL_FILE
from velatura_backend.journal.kept_messages import unpack_event
from velatura_protocol.messages import Accepted, Result

from .jobs import ENDS


@dataclass
class Audit:
    """``odd``: jobs without exactly one acceptance and one end, or with more results than
    variations."""

    jobs: int = 0
    odd: int = 0


def audit(data_directory: Path) -> Audit:
    found = Audit()
    with closing(sqlite3.connect(data_directory / JOURNAL_FILE)) as connection:
        for (number,) in connection.execute("SELECT number FROM jobs").fetchall():
            rows = connection.execute("SELECT message FROM events WHERE job = ?", (number,))
            kinds = Counter(type(unpack_event(row[0])) for row in rows)
            ends = sum(kinds[kind] for kind in ENDS)
            is_odd = kinds[Accepted] != 1 or ends != 1 or kinds[Result] > 1
            found.jobs += 1
            found.odd += is_odd
    return found
