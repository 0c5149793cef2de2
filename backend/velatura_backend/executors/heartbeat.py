"""The worker's sign of life: a thread that says so while there is something to do."""

from __future__ import annotations

import threading
import time

from .pipe import Outbox, Pulse

_SHARE = 0.03
"""Of one core: less is waiting. A loop that polls for a cancel 200 times a second stays below."""


class Heartbeat:
    """Beats from :meth:`begin` to :meth:`rest`; so an idle worker wakes nobody's processor."""

    def __init__(self, outbox: Outbox, seconds: float) -> None:
        self._outbox = outbox
        self._seconds = seconds
        self._is_busy = threading.Event()
        threading.Thread(target=self._run, name="heart", daemon=True).start()

    def begin(self) -> None:
        self._is_busy.set()

    def rest(self) -> None:
        self._is_busy.clear()

    def _run(self) -> None:
        spent = 0.0
        while True:
            self._is_busy.wait()
            now = time.process_time()
            self._outbox.send(Pulse(works=now - spent > _SHARE * self._seconds))
            spent = now
            time.sleep(self._seconds)
