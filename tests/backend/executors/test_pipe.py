from __future__ import annotations

import logging
from multiprocessing import get_context

from velatura_backend.executors.pipe import LogLine, Outbox, PipeLogHandler


def test_a_log_record_travels_with_its_traceback() -> None:
    ours, theirs = get_context("spawn").Pipe()
    logger = logging.Logger("worker")
    logger.addHandler(PipeLogHandler(Outbox(theirs)))
    try:
        raise RuntimeError("as asked for")
    except RuntimeError:
        logger.exception("it failed")
    line = ours.recv()
    ours.close()
    theirs.close()
    assert isinstance(line, LogLine)
    assert line.level == logging.ERROR
    assert line.text.startswith("it failed\nTraceback")
    assert line.text.endswith("RuntimeError: as asked for")
