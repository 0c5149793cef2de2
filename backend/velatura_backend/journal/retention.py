"""Which ended jobs the history lets go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ..config import Retention
from .journal import Journal
from .records import JobRow

Holdings = Mapping[str, Mapping[str, int]]


def expired(journal: Journal, policy: Retention) -> tuple[str, ...]:
    """Jobs that are too old, then the oldest until the rest fits; favourites are never among them.

    Age is the journal's own: a wall clock that is set ahead makes nothing older. For their size
    alone, jobs whose client has confirmed their end go before those it may still come back for.
    """
    now, oldest = journal.age, journal.oldest_end()
    is_young = oldest is None or now - oldest <= policy.seconds
    if is_young and journal.held_bytes() <= policy.bytes:
        return ()
    rows = journal.ended_oldest_first()
    gone = [row.job for row in rows if now - (row.ended_age or 0) > policy.seconds]
    kept = [row for row in rows if row.job not in set(gone)]
    usage = _Usage(journal.holdings())
    usage.drop_all(gone)
    for row in sorted(kept, key=_is_unconfirmed):
        if usage.total <= policy.bytes:
            break
        gone.append(row.job)
        usage.drop_all((row.job,))
    return tuple(gone)


def _is_unconfirmed(row: JobRow) -> bool:
    return row.acked < row.last_seq


class _Usage:
    """Bytes on the disk: a blob that several jobs hold counts once, until the last lets go."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._holders = Counter(digest for blobs in holdings.values() for digest in blobs)
        sizes = {digest: size for blobs in holdings.values() for digest, size in blobs.items()}
        self.total = sum(sizes.values())

    def drop_all(self, jobs: Iterable[str]) -> None:
        for job in jobs:
            for digest, size in self._holdings.get(job, {}).items():
                self._holders[digest] -= 1
                if not self._holders[digest]:
                    self.total -= size
