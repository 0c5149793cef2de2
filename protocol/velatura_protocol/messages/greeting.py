"""Who is talking, in which version, with what limits; and whether they still are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..engines import EngineSpec
from ..fields import Id, Natural, Nonce, ShortText
from ..tasks import Operation
from .parts import Codec, DeviceInfo, ErrorInfo, Exchange, Limits, ProtocolVersion, ResumePoint

CODEC_NAMES = tuple(codec.value for codec in Codec)
"""Names, not choices: a greeting must be readable to a side that does not know them all."""


@dataclass(frozen=True)
class Hello:
    """First message of a client."""

    t: ClassVar[str] = "hello"
    oldest: ProtocolVersion
    newest: ProtocolVersion
    client_id: Id
    client_secret: ShortText
    host: ShortText = ""
    version: ShortText = ""
    codecs: tuple[ShortText, ...] = CODEC_NAMES
    resume: tuple[ResumePoint, ...] = ()


@dataclass(frozen=True)
class Welcome:
    """First message of a server."""

    t: ClassVar[str] = "welcome"
    protocol: ProtocolVersion
    version: str
    operations: tuple[Operation, ...]
    engines: tuple[EngineSpec, ...]
    limits: Limits
    codecs: tuple[ShortText, ...] = CODEC_NAMES
    exchange: Exchange | None = None


@dataclass(frozen=True)
class Refused:
    """Instead of a welcome; the connection closes after it."""

    t: ClassVar[str] = "refused"
    error: ErrorInfo


@dataclass(frozen=True)
class ExchangeProof:
    """The bytes found in the probe file."""

    t: ClassVar[str] = "exchange_proof"
    nonce: Nonce


@dataclass(frozen=True)
class ExchangeReady:
    """The proof was right: blobs may travel as files from now on, both ways."""

    t: ClassVar[str] = "exchange_ready"


@dataclass(frozen=True)
class Capabilities:
    """Sent once a worker has looked, and again when it changes."""

    t: ClassVar[str] = "capabilities"
    devices: tuple[DeviceInfo, ...] = ()
    warm_engines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ping:
    t: ClassVar[str] = "ping"
    token: Natural


@dataclass(frozen=True)
class Pong:
    """The answer to a ping, with its token; the session gives it."""

    t: ClassVar[str] = "pong"
    token: Natural
