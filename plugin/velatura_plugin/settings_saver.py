"""Writes settings on a thread of its own: a busy disk takes a second for what the UI has 16 ms."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from velatura_protocol.errors import UnwritableFile

from .settings import Settings, SettingsStore


class SettingsSaver:
    """The latest settings win. Called on the UI thread."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(1, "velatura-settings")
        self._latest: Settings | None = None
        self._last: Future[None] | None = None

    def save(self, settings: Settings) -> None:
        """:raises UnwritableFile: the save before this one failed; this one is tried"""
        before, self._latest = self._last, settings
        self._last = self._threads.submit(self._write, settings)
        error = before.exception() if before is not None and before.done() else None
        if isinstance(error, OSError):
            raise UnwritableFile(reason=error.strerror or "") from error

    def wait(self) -> None:
        """Until the last save is done, for better or worse."""
        if self._last is not None:
            self._last.exception()

    def close(self) -> None:
        """Returns when all is written."""
        self._threads.shutdown()

    def _write(self, settings: Settings) -> None:
        if settings is self._latest:
            self._store.save(settings)
