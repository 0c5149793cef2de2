"""``velatura_backend`` as it is, and beside it the time of every event it tells, in a file:
``python -m tests.benchmarks.load.probed FILE serve …``.

An event's time is that of the moment it was durable, where it has to be, and was handed to the
connections of those who listen; a replay is not told again.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from velatura_backend.__main__ import main
from velatura_backend.jobs.ledger import Ledger, LiveJob
from velatura_protocol.messages import JobEvent

from .arrivals import ToldLog


def probe(log: ToldLog) -> None:
    tell = Ledger._tell

    def told(self: Ledger, live: LiveJob, event: JobEvent) -> None:
        log.note(event.job, event.seq, time.monotonic())
        tell(self, live, event)

    Ledger._tell = told  # type: ignore[method-assign]


if __name__ == "__main__":
    told_log = ToldLog(Path(sys.argv[1]))
    probe(told_log)
    status = main(sys.argv[2:])
    told_log.close()
    sys.exit(status)
