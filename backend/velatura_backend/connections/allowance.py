"""How much a connection may lay down on our disk before a job names it.

Pixels that a job names have an end with it, and jobs have limits of their own. Those that nobody
names stay as long as their connection does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from velatura_protocol.errors import LimitExceeded


@dataclass(frozen=True)
class Most:
    """Three jobs at once on 24 megapixels of 32-bit float, each with image, source, reference and
    four masks, are 3.8 GB in 21 blobs; and that is what an editor sends whose submits come last.
    Ours come first."""

    blobs: int = 1024
    bytes: int = 4 * 1024**3


class Allowance:
    def __init__(self, most: Most) -> None:
        self._most = most
        self._sizes: dict[str, int] = {}
        self._named: Counter[str] = Counter()
        self._blobs = 0
        self._bytes = 0

    def __contains__(self, blob: object) -> bool:
        """Whether it was admitted, and not dropped."""
        return blob in self._sizes

    def is_named(self, blob: str) -> bool:
        """Whether a job that is being submitted wants it."""
        return blob in self._named

    def admit(self, blob: str, size: int) -> None:
        """A blob is on its way in.

        :raises LimitExceeded: nobody has named it, and there are enough of those; it is not counted
        """
        if blob not in self._named:
            self._check("unnamed_blobs", self._blobs + 1, self._most.blobs)
            self._check("unnamed_bytes", self._bytes + size, self._most.bytes)
            self._count(1, size)
        self._sizes[blob] = size

    def drop(self, blob: str) -> None:
        """It is here no longer, or not for its own sake."""
        size = self._sizes.pop(blob, None)
        if size is not None and blob not in self._named:
            self._count(-1, -size)

    def name(self, blobs: Iterable[str]) -> None:
        """A job that is being submitted wants these, here or not."""
        for blob in blobs:
            if blob in self._sizes and blob not in self._named:
                self._count(-1, -self._sizes[blob])
            self._named[blob] += 1

    def unname(self, blobs: Iterable[str]) -> None:
        """Undoes one :meth:`name`: the job is accepted, or will not be. What is left of them counts
        again, however much that makes."""
        for blob in blobs:
            self._named[blob] -= 1
            if not self._named[blob]:
                del self._named[blob]
                if blob in self._sizes:
                    self._count(1, self._sizes[blob])

    def _count(self, blobs: int, size: int) -> None:
        self._blobs += blobs
        self._bytes += size

    def _check(self, limit: str, value: int, maximum: int) -> None:
        if value > maximum:
            raise LimitExceeded(limit=limit, value=value, maximum=maximum)
