"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from velatura_protocol.errors import DiskFull, UnwritableFile

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` by a file with ``data``, durable when this returns.

    The bytes go to a temporary file in the same folder, which is then renamed: whatever happens,
    ``path`` holds either its old content or all of the new. A symbolic link is followed. The new
    file has the permissions of the old one, else those that the umask gives.

    :raises DiskFull: no space, or over quota
    :raises UnwritableFile: folder missing or not writable, or a folder has this name
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:64]}.{secrets.token_hex(4)}.part")
    try:
        try:
            _write_durably(temporary, data, target)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull() from error
        raise UnwritableFile(reason=(error.strerror or "failed").lower()) from error


def _write_durably(temporary: Path, data: bytes, target: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(temporary, flags, 0o666), "wb") as file:
        if target.exists():
            os.chmod(temporary, target.stat().st_mode & 0o777)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """The rename itself is durable only with its folder; Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems
            raise
    finally:
        os.close(descriptor)
