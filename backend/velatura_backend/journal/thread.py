"""The one thread in which the journal and the files beside it are written."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from velatura_protocol.errors import Interrupted

from ..clocks import SYSTEM, Clocks
from .journal import Journal
from .reading import JournalReading

_log = logging.getLogger("velatura.journal")

Answer = TypeVar("Answer")

_MOST_TOGETHER = 64


@dataclass(eq=False)
class _Order:
    action: Callable[[Journal], Any]
    shares: bool
    waits: bool
    answer: asyncio.Future[Any]
    found: Any = None
    error: Exception | None = None


class JournalThread:
    """Runs actions on the journal one after another, away from the event loop.

    An action that was begun is carried out even if whoever awaits it is cancelled. A database that
    is damaged while it is used becomes ``Interrupted``: whoever asked is told, and may try again.

    Those that may share a transaction and wait at the same time do: waiting for the disk is most of
    what a job costs the journal, and a disk takes ten writes in the time of one.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._reading = journal.reading()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-reading")
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._lock = threading.Lock()
        self._orders: deque[_Order] = deque()

    @classmethod
    def open(cls, directory: Path, clocks: Clocks = SYSTEM) -> JournalThread:
        return cls(Journal(directory, clocks))

    @property
    def epoch(self) -> int:
        return self._journal.epoch

    @property
    def moved_aside(self) -> Path | None:
        return self._journal.moved_aside

    async def run(
        self, action: Callable[[Journal], Answer], *, shares: bool = False, waits: bool = True
    ) -> Answer:
        """``shares``: it may be part of a larger transaction, as it does nothing that could not be
        done again, and nothing that must not happen before what it writes is safe. ``waits``: what
        it writes is on the disk when this returns, not only safe from the end of this process;
        one that does not share sees to that itself."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._orders.append(_Order(action, shares, waits, answer))
            is_first = len(self._orders) == 1
        if is_first:
            self._begin()
        try:
            return await answer
        except sqlite3.Error as error:
            _log.exception("the journal broke")
            raise Interrupted from error

    async def look(self, question: Callable[[JournalReading], Answer]) -> Answer:
        """What is recorded by now, though whoever recorded it may not have been told so yet. One
        question after another, in a thread of their own: none waits for what is being written."""
        loop = asyncio.get_running_loop()
        try:
            asked = loop.run_in_executor(self._reader, question, self._reading)
        except RuntimeError as error:
            # Closed.
            raise Interrupted from error
        try:
            return await asked
        except sqlite3.Error as error:
            _log.exception("the journal broke")
            raise Interrupted from error

    def close(self) -> None:
        """Waits for what was begun."""
        self._reader.shutdown(wait=True)
        # Before the one that writes: whoever is the last puts all into one file.
        self._reading.close()
        self._executor.shutdown(wait=True)
        self._journal.close()

    def _begin(self) -> None:
        try:
            self._executor.submit(self._carry_out, asyncio.get_running_loop())
        except RuntimeError as error:
            # Closed. An order that stayed would let the next one believe that somebody is at work.
            with self._lock:
                self._orders.clear()
            raise Interrupted from error

    # -- in the thread -----------------------------------------------------------------------------

    def _carry_out(self, loop: asyncio.AbstractEventLoop) -> None:
        """All that waits, and what comes meanwhile."""
        while orders := self._take():
            for group in _groups(orders):
                self._run_group(group)
                try:
                    loop.call_soon_threadsafe(_answer, group)
                except RuntimeError:
                    # The loop is closed: nobody waits any more.
                    return

    def _take(self) -> list[_Order]:
        with self._lock:
            taken = list(self._orders)
            self._orders.clear()
        return [order for order in taken if not order.answer.cancelled()]

    def _run_group(self, group: list[_Order]) -> None:
        if len(group) == 1 or not self._run_together(group):
            for order in group:
                try:
                    order.found = order.action(self._journal)
                except Exception as error:
                    order.error = error

    def _run_together(self, group: list[_Order]) -> bool:
        waits = any(order.waits for order in group)
        try:
            found = self._journal.together([order.action for order in group], waits=waits)
        except sqlite3.Error:
            # By itself each has its own way out: a little room that is kept back, an error of its
            # own.
            return False
        for order, each in zip(group, found, strict=True):
            if isinstance(each, Exception):
                order.error = each
            else:
                order.found = each
        return True


def _groups(orders: list[_Order]) -> Iterator[list[_Order]]:
    """Neighbours that may share a transaction."""
    group: list[_Order] = []
    for order in orders:
        if group and not (order.shares and group[-1].shares and len(group) < _MOST_TOGETHER):
            yield group
            group = []
        group.append(order)
    if group:
        yield group


def _answer(group: list[_Order]) -> None:
    for order in group:
        if order.answer.cancelled():
            continue
        if order.error is not None:
            order.answer.set_exception(order.error)
        else:
            order.answer.set_result(order.found)
