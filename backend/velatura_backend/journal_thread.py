"""The one thread in which the journal and the files beside it are written."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from velatura_protocol.errors import Interrupted

from .clocks import SYSTEM, Clocks
from .journal import Journal

_log = logging.getLogger("velatura.journal")

Answer = TypeVar("Answer")


class JournalThread:
    """Runs actions on the journal one after another, away from the event loop.

    An action that was begun is carried out even if whoever awaits it is cancelled. A database that
    is damaged while it is used becomes ``Interrupted``: whoever asked is told, and may try again.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="journal")

    @classmethod
    def open(cls, directory: Path, clocks: Clocks = SYSTEM) -> JournalThread:
        return cls(Journal(directory, clocks))

    @property
    def epoch(self) -> int:
        return self._journal.epoch

    @property
    def moved_aside(self) -> Path | None:
        return self._journal.moved_aside

    async def run(self, action: Callable[[Journal], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, action, self._journal)
        except sqlite3.Error as error:
            _log.exception("the journal broke")
            raise Interrupted from error

    def close(self) -> None:
        """Waits for what was begun."""
        self._executor.shutdown(wait=True)
        self._journal.close()
