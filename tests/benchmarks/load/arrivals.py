"""Times of events, in files: told by the server, arrived at a client.

All times are ``time.monotonic``, which is one clock for all processes of a machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

_TOLD = struct.Struct("<Qqd")
_ARRIVED = struct.Struct("<Qqddd")


def short(job: str) -> int:
    """A job's id in eight bytes."""
    return int.from_bytes(blake2b(job.encode(), digest_size=8).digest(), "little")


class ToldLog:
    """The server's side; constant in memory."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb", buffering=1 << 16)

    def note(self, job: str, seq: int, at: float) -> None:
        self._file.write(_TOLD.pack(short(job), seq, at))

    def close(self) -> None:
        self._file.close()


class ArrivalLog:
    """A generator's side. ``greeted``: when the connection was welcomed; ``busy``: for how long
    before ``at`` the generator had not looked."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb", buffering=1 << 16)

    def note(self, job: str, seq: int, at: float, greeted: float, busy: float) -> None:
        self._file.write(_ARRIVED.pack(short(job), seq, at, greeted, busy))

    def close(self) -> None:
        self._file.close()


@dataclass
class Latencies:
    """Seconds from told to arrived of events that happened while their client was connected;
    ``replayed`` came later, over another connection. ``busy``: what of it may be the generator's
    own, not the server's."""

    seconds: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])
    replayed: int = 0


def join(told: Path, arrived: list[Path]) -> Latencies:
    times = {(job, seq): at for job, seq, at in _records(told, _TOLD)}
    found = Latencies()
    for path in arrived:
        for job, seq, at, greeted, busy in _records(path, _ARRIVED):
            happened = times.get((job, seq))
            if happened is None or happened < greeted:
                found.replayed += 1
                continue
            found.seconds.append(max(0.0, at - happened))
            found.busy.append(busy)
    return found


def _records(path: Path, form: struct.Struct) -> Iterator[tuple[float, ...]]:
    data = path.read_bytes()
    yield from form.iter_unpack(data[: len(data) - len(data) % form.size])
