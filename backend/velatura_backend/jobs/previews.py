"""Previews: the newest of each variation for each listener, and no more files than that."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from ..executors.base import WorkPreview

Key = tuple[str, int]
"""Job and variation."""


class SharedPreview:
    """One preview that several listeners may show; its file goes when the last has let go."""

    def __init__(self, job: str, work: WorkPreview, holders: int) -> None:
        self.job = job
        self.work = work
        self._holders = holders
        if not holders:
            _delete(work.blob.path)

    @property
    def key(self) -> Key:
        return self.job, self.work.variation

    def let_go(self) -> None:
        self._holders -= 1
        if self._holders == 0:
            _delete(self.work.blob.path)


class PreviewSlots:
    """What one listener has yet to be shown. ``wake`` is called when there is something."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._slots: dict[Key, SharedPreview] = {}
        self._wake = wake

    def offer(self, preview: SharedPreview) -> None:
        """A newer preview takes the place of one that has not been sent."""
        older = self._slots.pop(preview.key, None)
        if older is not None:
            older.let_go()
        self._slots[preview.key] = preview
        self._wake()

    def take(self) -> SharedPreview | None:
        """The preview that has waited longest; the taker lets go of it."""
        for key in self._slots:
            return self._slots.pop(key)
        return None

    def drop(self, job: str) -> None:
        """The job has ended: what is left would come after its result."""
        for key in [key for key in self._slots if key[0] == job]:
            self._slots.pop(key).let_go()

    def clear(self) -> None:
        for preview in self._slots.values():
            preview.let_go()
        self._slots.clear()


def _delete(path: Path) -> None:
    # On Windows a file that is just being sent cannot be deleted; the work folder's end gets it.
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
