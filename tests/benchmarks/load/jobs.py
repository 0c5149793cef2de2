"""One client's jobs: what was asked for, what has come of it, and whether that is right."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass, field
from hashlib import blake2b

from velatura_protocol.messages import (
    CancelledJob,
    Failed,
    Finished,
    JobEvent,
    Result,
    Variation,
)

from .pictures import Picture

ENDS = (Finished, Failed, CancelledJob)

_SUMS = (
    "submitted",
    "lost",
    "duplicated",
    "wrong_bytes",
    "checked",
    "connects",
    "cuts",
    "previews",
)


@dataclass
class LoadJob:
    """``delivered``: everything up to this event is here, pixels included; the events after it
    wait for the pixels of the first of them."""

    name: str
    picture: Picture
    live: str = ""
    submitted_at: float = 0.0
    is_sent: bool = False
    is_accepted: bool = False
    cancel_wanted: bool = False
    delivered: int = 0
    waiting: deque[JobEvent] = field(default_factory=deque[JobEvent])
    results: int = 0
    end: str = ""

    @property
    def awaited(self) -> str:
        """The digest without which nothing goes on."""
        head = self.waiting[0] if self.waiting else None
        return pixels_of(head.variation) if isinstance(head, Result) else ""


@dataclass
class Tally:
    """Of all clients of a process. ``troubles`` say what was wrong, the first few of it."""

    submitted: int = 0
    ended: Counter[str] = field(default_factory=Counter[str])
    lost: int = 0
    duplicated: int = 0
    wrong_bytes: int = 0
    checked: int = 0
    connects: int = 0
    cuts: int = 0
    previews: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    by_key: dict[str, str] = field(default_factory=dict[str, str])
    troubles: list[str] = field(default_factory=list[str])

    def to_json(self) -> str:
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, text: str) -> Tally:
        fields = json.loads(text)
        counters = {name: Counter[str](fields[name]) for name in ("ended", "refused")}
        return cls(**{**fields, **counters})

    def add(self, other: Tally) -> None:
        """Another process's figures; what the engines made there must be what they made here."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.ended += other.ended
        self.refused += other.refused
        for key, digest in other.by_key.items():
            if self.by_key.setdefault(key, digest) != digest:
                self.wrong_bytes += 1
                self.complain(f"{key}: two results")
        for trouble in other.troubles:
            self.complain(trouble)

    def complain(self, what: str) -> None:
        if len(self.troubles) < 20:
            self.troubles.append(what)

    def end(self, job: LoadJob, how: str) -> None:
        if job.end:
            self.duplicated += 1
            self.complain(f"{job.name} ended twice: {job.end}, then {how}")
            return
        job.end = how
        self.ended[how] += 1
        if how == "Finished" and job.results != 1:
            self.lost += job.results == 0
            self.duplicated += job.results > 1
            self.complain(f"{job.name} finished with {job.results} results")

    def check(self, job: LoadJob, data: bytes) -> None:
        """Echoed pixels are known in advance; a built-in engine's are those of its first time."""
        self.checked += 1
        job.results += 1
        picture = job.picture
        digest = blake2b(data, digest_size=32).hexdigest()
        if picture.expected is not None:
            is_right = data == picture.expected
        else:
            is_right = self.by_key.setdefault(picture.key, digest) == digest
        if not is_right:
            self.wrong_bytes += 1
            self.complain(f"{job.name}: the pixels are others than they should be")


def pixels_of(variation: Variation) -> str:
    """The digest of the result's pixels; the first layer is what every engine here returns."""
    return variation.layers[0].patches[0].pixels.digest
