"""Rules that a field's type carries, so that the codec can hold both ends to them.

A rule is attached with ``Annotated``; its ``problem`` says in a phrase why a value that already has
the right plain type is not acceptable, or None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DIGEST = re.compile(r"(?:[0-9a-f]{64})?")


def is_identifier(text: str) -> bool:
    """Whether ``text`` may name a job, a blob or a client."""
    return _IDENTIFIER.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether ``text`` is a BLAKE2b-256 in lower-case hex, or empty for none."""
    return _DIGEST.fullmatch(text) is not None


@dataclass(frozen=True)
class Bounds:
    """An integer in ``minimum .. maximum``, both included."""

    minimum: int
    maximum: int

    def problem(self, value: int) -> str | None:
        return None if self.minimum <= value <= self.maximum else "out of range"


@dataclass(frozen=True)
class Identifier:
    """Text that :func:`is_identifier` accepts; with ``optional`` also the empty text."""

    optional: bool = False

    def problem(self, value: str) -> str | None:
        return None if is_identifier(value) or (self.optional and not value) else "not an id"


@dataclass(frozen=True)
class HexDigest:
    """Text that :func:`is_digest` accepts; without ``optional`` not the empty text."""

    optional: bool = False

    def problem(self, value: str) -> str | None:
        return None if is_digest(value) and (self.optional or value) else "not a digest"


@dataclass(frozen=True)
class Length:
    """Text or bytes of at most ``maximum`` characters or bytes."""

    maximum: int

    def problem(self, value: str | bytes) -> str | None:
        return None if len(value) <= self.maximum else "too long"


Rule = Bounds | Identifier | HexDigest | Length

MAX_NATURAL = 2**53 - 1
"""Above it a count is not exact in every language a client may be written in."""

Id = Annotated[str, Identifier()]
OptionalId = Annotated[str, Identifier(optional=True)]
Digest = Annotated[str, HexDigest()]
OptionalDigest = Annotated[str, HexDigest(optional=True)]
Natural = Annotated[int, Bounds(0, MAX_NATURAL)]
Positive = Annotated[int, Bounds(1, MAX_NATURAL)]
ShortText = Annotated[str, Length(256)]
Nonce = Annotated[bytes, Length(256)]
