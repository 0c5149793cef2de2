"""The log file: versions and tracebacks, for whoever has to find out what happened.

Prompts, pixels, tokens and secrets are never handed to the logger; paths and tracebacks are, which
is why the file is private and nothing of it goes over the wire.
"""

from __future__ import annotations

import logging
import os
import platform
from logging.handlers import RotatingFileHandler
from pathlib import Path

from .files import PRIVATE

LOGGER = "velatura"

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FILE_BYTES = 1024 * 1024
_OLD_FILES = 3


class _PrivateFileHandler(RotatingFileHandler):
    def _open(self):  # noqa: ANN202  (the stream type is an implementation detail of logging)
        stream = super()._open()
        if os.name == "posix":
            os.chmod(stream.name, PRIVATE)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A disk that is full keeps the log from growing, and nothing else from working."""


def open_log(directory: Path, version: str) -> logging.Handler:
    """Sends this process's log to ``backend.log``; the caller closes it with :func:`close_log`."""
    handler = _PrivateFileHandler(
        directory / "backend.log", maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    logger.info(
        "velatura %s, Python %s, %s", version, platform.python_version(), platform.platform()
    )
    return handler


def close_log(handler: logging.Handler) -> None:
    logging.getLogger(LOGGER).removeHandler(handler)
    handler.close()
