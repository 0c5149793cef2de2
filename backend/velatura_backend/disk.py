"""What the disk says, in the words of the error tree."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Generator

from velatura_protocol.errors import DiskFull

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


def is_full(error: BaseException) -> bool:
    """Whether the system says by it that there is no room."""
    return isinstance(error, OSError) and error.errno in _FULL


@contextlib.contextmanager
def disk_errors() -> Generator[None]:
    """:raises DiskFull: in place of the system's error for it"""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull from error
        raise
