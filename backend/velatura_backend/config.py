"""What a backend is told at its start, and where its data directory is."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.errors import BackendUnavailable
from velatura_protocol.messages import Limits

DATA_DIRECTORY_VARIABLE = "VELATURA_DATA_DIR"
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))

_GIB = 1024**3
_DAY = 24 * 3600.0
_OWN_ENTRIES = frozenset(("install.json", "journal.sqlite3", "backend.lock", "models", "blobs"))


@dataclass(frozen=True)
class Retention:
    """How much history is kept; favourites are kept whatever it says."""

    bytes: int = 20 * _GIB
    seconds: float = 90 * _DAY


@dataclass(frozen=True)
class Outside:
    """An address beyond this machine. ``certificate`` (with its chain) and ``key`` are PEM files;
    ``names``: what clients call this machine, besides its address."""

    address: str
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Config:
    """``port`` 0 lets the system choose. ``outside``: where it listens besides, None for nowhere.
    ``grace_seconds``: how long it stays without a client and
    without work; None means until it is told to stop. ``with_parent``: it ends with its standard
    input. ``model_memory``: the most bytes of a device that models may take, 0 for all there
    are."""

    data_directory: Path
    address: str = "127.0.0.1"
    port: int = 0
    outside: Outside | None = None
    grace_seconds: float | None = 600.0
    with_parent: bool = False
    retention: Retention = Retention()
    limits: Limits = Limits()
    connections: int = 256
    handshake_seconds: float = 10.0
    heartbeat_seconds: float = 15.0
    model_memory: int = 0

    @property
    def models_directory(self) -> Path:
        return models_directory(self.data_directory)


def models_directory(data_directory: Path) -> Path:
    """Where the store of models is."""
    return data_directory / "models"


def default_data_directory(
    environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform
) -> Path:
    """Where the data lie unless the command line says otherwise.

    XDG variables are not followed on Linux: a host inside a sandbox sees others than the backend
    outside does, and both must come to the same folder.
    """
    chosen = environ.get(DATA_DIRECTORY_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Velatura"
    if platform == "darwin":
        return Path.home() / "Library/Application Support/Velatura"
    return Path.home() / ".local/share/velatura"


def prepare_data_directory(directory: Path) -> None:
    """Creates it for this user alone, or checks that it is so.

    A folder that is open to others is closed when it is empty or visibly ours; any other is left as
    it is, because it may be somebody's home.

    :raises BackendUnavailable: it cannot be made, written or kept private
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackendUnavailable(reason="data_directory_not_writable") from error
    if os.name == "posix":
        _make_private(directory)
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise BackendUnavailable(reason="data_directory_not_writable")


def _make_private(directory: Path) -> None:
    status = directory.stat()
    if status.st_uid != os.geteuid():
        raise BackendUnavailable(reason="data_directory_not_owned")
    if status.st_mode & 0o077 == 0:
        return
    entries = {entry.name for entry in directory.iterdir()}
    if entries and not entries & _OWN_ENTRIES:
        raise BackendUnavailable(reason="data_directory_not_private")
    directory.chmod(0o700)
