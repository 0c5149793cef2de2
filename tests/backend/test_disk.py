from __future__ import annotations

import errno

import pytest

from velatura_backend.disk import disk_errors
from velatura_protocol.errors import DiskFull


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_has_one_name(number: int) -> None:
    with pytest.raises(DiskFull), disk_errors():
        raise OSError(number, "full")


def test_other_troubles_keep_theirs() -> None:
    with pytest.raises(PermissionError), disk_errors():
        raise PermissionError(errno.EACCES, "no")
