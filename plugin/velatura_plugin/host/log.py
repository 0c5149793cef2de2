"""A plug-in's log: versions and tracebacks, never prompts or pixels."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

from velatura_protocol.errors import HostFailed
from velatura_protocol.messages import ErrorInfo

from ..state.state import Notice

LARGEST = 256 * 1024
_ROOT = "velatura_plugin"


class NoticeHandler(logging.Handler):
    """What went wrong unexpectedly becomes the panel's notice."""

    def __init__(self, tell: Callable[[Notice], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell
        self._is_telling = False

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_telling or not record.exc_info or record.exc_info[0] is None:
            return
        self._is_telling = True  # the notice itself may be what cannot be shown
        try:
            self._tell(Notice(ErrorInfo.of(HostFailed(kind=record.exc_info[0].__name__))))
        finally:
            self._is_telling = False


class Log:
    """From :meth:`open` to :meth:`close`, in ``directory`` under ``file_name``. ``tell`` hears of
    what went wrong unexpectedly. ``host``: the editor and its version."""

    def __init__(self, directory: Path, tell: Callable[[Notice], None], file_name: str) -> None:
        self._handlers = [_file_handler(directory / file_name), NoticeHandler(tell)]

    def open(self, host: str, version: str) -> None:
        logger = logging.getLogger(_ROOT)
        logger.setLevel(logging.INFO)
        for each in self._handlers:
            logger.addHandler(each)
        python = ".".join(map(str, sys.version_info[:3]))
        logger.info("velatura %s in %s, Python %s", version, host, python)

    def close(self) -> None:
        logger = logging.getLogger(_ROOT)
        for each in self._handlers:
            logger.removeHandler(each)
            each.close()


def _file_handler(path: Path) -> logging.Handler:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True,
        errors="backslashreplace",
    )  # fmt: skip
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _make_private(path)
    return handler


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
