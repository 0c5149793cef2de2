"""A folder in which a client on the same machine may hand over and collect blobs as files."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import shutil
import stat
from pathlib import Path

from velatura_protocol.errors import BadMessage, VelaturaError
from velatura_protocol.fields import is_identifier
from velatura_protocol.messages import Exchange

from ..disk import disk_errors
from ..files import PRIVATE

_NONCE_BYTES = 32
_PROBE = "probe"
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


class ExchangeFolder:
    """One connection's folder. Who can read the probe in it is this user on this machine."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, exist_ok=True)
        self._folder = root / secrets.token_hex(16)
        self._folder.mkdir(mode=0o700)
        self._nonce = secrets.token_bytes(_NONCE_BYTES)
        # It lives no longer than the connection: no wait for the disk.
        probe = os.open(self._folder / _PROBE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with open(probe, "wb") as file:
            file.write(self._nonce)
        self.offer = Exchange(str(self._folder), _PROBE)

    def is_proof(self, nonce: bytes) -> bool:
        return hmac.compare_digest(nonce, self._nonce)

    def open_given(self, blob: str, size: int) -> int:
        """A descriptor of the file the client has put there.

        :raises BadMessage: it is missing, no plain file, or of another size
        """
        try:
            descriptor = os.open(self._path(blob), _OPEN_FLAGS)
        except OSError:
            raise BadMessage(reason="no such file", at="$.blob") from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            os.close(descriptor)
            raise BadMessage(reason="the file is not of the size announced", at="$.bytes")
        return descriptor

    def remove_given(self, blob: str) -> None:
        with contextlib.suppress(OSError):
            self._path(blob).unlink()

    def put(self, blob: str, source: Path) -> None:
        """Lays a blob out for the client, who deletes it when it has read it.

        A second name for the file costs nothing; the file itself is read-only. Where the system
        has no second names it is copied.

        :raises DiskFull: no room for a copy
        """
        target = self._path(blob)
        try:
            os.link(source, target)
        except OSError:
            with disk_errors():
                shutil.copyfile(source, target)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, blob: str) -> Path:
        if not is_identifier(blob) or blob == _PROBE:
            raise BadMessage(reason="not a blob's id", at="$.blob")
        return self._folder / blob


def sweep_exchange(root: Path) -> None:
    """At the start: removes the folders of connections that a killed backend had."""
    shutil.rmtree(root, ignore_errors=True)


def open_exchange(root: Path) -> ExchangeFolder | None:
    """A new folder, or None where the disk has no room for one: blobs then come in chunks."""
    try:
        with disk_errors():
            return ExchangeFolder(root)
    except VelaturaError:
        return None
