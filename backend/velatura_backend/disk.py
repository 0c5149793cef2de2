"""What the disk says, in the words of the error tree."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Generator

from velatura_protocol.errors import DiskFull

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@contextlib.contextmanager
def disk_errors() -> Generator[None]:
    """:raises DiskFull: in place of the system's error for it"""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from error
        raise
