"""Every message, as frozen dataclasses; ``docs/protocol.md`` is the same table in words.

A field added later has a default; none is renamed or re-typed within a major version. Job events
carry ``(job, seq)``; requests that are answered carry a ``request`` number the answer repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from .engines import EngineSpec
from .errors import ErrorCode
from .events import JobState, Phase
from .geometry import Rect, Size
from .pixels import PixelFormat
from .provenance import Provenance
from .tasks import Operation, Task

# -- parts of messages -----------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class ProtocolVersion:
    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


PROTOCOL = ProtocolVersion(1, 0)


class Codec(Enum):
    """How a blob's bytes are packed. Both are always understood; others are negotiated."""

    RAW = "raw"
    ZLIB = "zlib"


@dataclass(frozen=True)
class Limits:
    """What this side takes. A larger thing is refused by name before it is allocated."""

    message_bytes: int = 4 * 1024 * 1024
    chunk_bytes: int = 768 * 1024
    blob_bytes: int = 2 * 1024 * 1024 * 1024
    blob_pixels: int = 200_000_000
    window_bytes: int = 8 * 1024 * 1024
    open_blobs: int = 64
    inputs: int = 256
    variations: int = 64
    queued_jobs: int = 256
    engines: int = 256


@dataclass(frozen=True)
class ErrorInfo:
    """An error as data: the receiver owns the sentence."""

    code: ErrorCode
    params: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])
    retryable: bool = False


@dataclass(frozen=True)
class ResumePoint:
    job: str
    after_seq: int = 0


@dataclass(frozen=True)
class Exchange:
    """A folder both sides can reach, offered by the server.

    A client that can read ``probe`` inside ``directory`` proves it with the bytes it found; from
    then on blobs may travel as files there instead of chunks.
    """

    directory: str
    probe: str


@dataclass(frozen=True)
class BlobRef:
    """A finished blob the server holds. ``digest`` is the BLAKE2b-256 of the raw bytes, in hex."""

    digest: str
    size: Size
    format: PixelFormat


class Placement(Enum):
    ABOVE = "above"
    BELOW = "below"
    TOP = "top"
    NEW_DOCUMENT = "new_document"
    RESIZE_DOCUMENT = "resize_document"


@dataclass(frozen=True)
class Patch:
    """Pixels at one place of a layer: full and uncomposited, and the mask M to show them by.

    ``mask`` None shows all of it. Applying the mask is the host's one and only compositing.
    """

    region: Rect
    pixels: BlobRef
    mask: BlobRef | None = None


@dataclass(frozen=True)
class ResultLayer:
    """One layer of a variation. ``region`` bounds its patches; outside them it is transparent.

    ``scale`` is layer pixels per canvas pixel (2.0 for an upscale by two).
    """

    name: str
    region: Rect
    patches: tuple[Patch, ...]
    scale: float = 1.0
    blend: str = "normal"
    opacity: float = 1.0
    placement: Placement = Placement.ABOVE


@dataclass(frozen=True)
class Variation:
    """One finished candidate: layers from bottom to top, and what there is to know about it."""

    index: int
    seed: int
    layers: tuple[ResultLayer, ...]
    provenance: Provenance
    thumbnail: BlobRef | None = None
    metrics: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class DeviceInfo:
    """Memory in bytes; 0 where unknown."""

    id: str
    name: str
    memory_total: int = 0
    memory_free: int = 0
    ready: bool = False


class Priority(Enum):
    """``LIVE`` jobs with the same ``live`` key coalesce: the latest wins."""

    LIVE = "live"
    INTERACTIVE = "interactive"
    BATCH = "batch"


@dataclass(frozen=True)
class JobSummary:
    """A row of the history. ``created`` is Unix time in seconds."""

    job: str
    state: JobState
    operation: Operation
    engine: str
    created: float
    variations: int
    prompt: str = ""
    document_key: str = ""
    favourite: bool = False
    error: ErrorInfo | None = None
    thumbnails: tuple[BlobRef, ...] = ()


# -- greeting --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hello:
    """First message of a client."""

    t: ClassVar[str] = "hello"
    oldest: ProtocolVersion
    newest: ProtocolVersion
    client_id: str
    client_secret: str
    host: str = ""
    version: str = ""
    codecs: tuple[Codec, ...] = (Codec.RAW, Codec.ZLIB)
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
    codecs: tuple[Codec, ...] = (Codec.RAW, Codec.ZLIB)
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
    nonce: bytes


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


# -- blobs, either way -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Blob:
    """Opens a blob. ``blob`` is an id of the sender's, used once per connection and direction.

    ``bytes`` is the packed length on the wire. With ``digest`` set the sender waits for
    ``blob_have`` or ``blob_credit``; without, chunks follow at once inside the initial window and
    the digest comes at the end. ``by_file``: the raw bytes lie in the exchange folder under the
    blob's id.
    """

    t: ClassVar[str] = "blob"
    blob: str
    size: Size
    format: PixelFormat
    bytes: int
    codec: Codec = Codec.RAW
    digest: str = ""
    by_file: bool = False


@dataclass(frozen=True)
class Chunk:
    """The next bytes of a blob, in order."""

    t: ClassVar[str] = "chunk"
    blob: str
    data: bytes | memoryview


@dataclass(frozen=True)
class BlobEnd:
    """All bytes sent; BLAKE2b-256 of the raw bytes in hex."""

    t: ClassVar[str] = "blob_end"
    blob: str
    digest: str = ""


@dataclass(frozen=True)
class BlobCredit:
    """The receiver can take ``bytes`` more of this blob than it has granted so far."""

    t: ClassVar[str] = "blob_credit"
    blob: str
    bytes: int


@dataclass(frozen=True)
class BlobHave:
    """The receiver holds these bytes already: send no more of them."""

    t: ClassVar[str] = "blob_have"
    blob: str


@dataclass(frozen=True)
class BlobAbort:
    """Either side gives the blob up; what was received of it is dropped."""

    t: ClassVar[str] = "blob_abort"
    blob: str
    error: ErrorInfo


@dataclass(frozen=True)
class BlobGet:
    """Asks the server for a blob of one of the client's jobs; it opens one with this digest."""

    t: ClassVar[str] = "blob_get"
    digest: str


# -- jobs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Submit:
    """Starts a job under an id of the client's choosing; the same id again changes nothing."""

    t: ClassVar[str] = "submit"
    job: str
    task: Task
    priority: Priority = Priority.INTERACTIVE
    live: str = ""


@dataclass(frozen=True)
class Cancel:
    t: ClassVar[str] = "cancel"
    job: str


@dataclass(frozen=True)
class Ack:
    """Events up to ``seq`` are safe with the client and need no replay."""

    t: ClassVar[str] = "ack"
    job: str
    seq: int


@dataclass(frozen=True)
class Resume:
    """Replays a job's events after ``after_seq`` and follows it from there."""

    t: ClassVar[str] = "resume"
    job: str
    after_seq: int = 0


@dataclass(frozen=True)
class Accepted:
    """The job and its inputs are durable. ``ahead``: jobs before it."""

    t: ClassVar[str] = "accepted"
    job: str
    seq: int
    ahead: int = 0


@dataclass(frozen=True)
class Queued:
    """Its place changed."""

    t: ClassVar[str] = "queued"
    job: str
    seq: int
    ahead: int


@dataclass(frozen=True)
class Started:
    t: ClassVar[str] = "started"
    job: str
    seq: int
    engine: str
    device: str


@dataclass(frozen=True)
class Progress:
    """``fraction`` of the whole job in 0..1, None while unknown; ``eta`` in seconds."""

    t: ClassVar[str] = "progress"
    job: str
    seq: int
    phase: Phase
    fraction: float | None = None
    variation: int = 0
    step: int = 0
    steps: int = 0
    eta: float | None = None


@dataclass(frozen=True)
class Preview:
    """Announces a preview; its pixels are the server's blob ``blob``, opened right after.

    Has no ``seq``: previews are not replayed, and a newer one replaces an older one.
    """

    t: ClassVar[str] = "preview"
    job: str
    variation: int
    region: Rect
    blob: str
    size: Size
    format: PixelFormat


@dataclass(frozen=True)
class Result:
    """A variation is finished and durable."""

    t: ClassVar[str] = "result"
    job: str
    seq: int
    variation: Variation


@dataclass(frozen=True)
class VariationFailed:
    t: ClassVar[str] = "variation_failed"
    job: str
    seq: int
    index: int
    error: ErrorInfo


@dataclass(frozen=True)
class Finished:
    """The end of a job with at least one good variation."""

    t: ClassVar[str] = "finished"
    job: str
    seq: int
    metrics: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Failed:
    t: ClassVar[str] = "failed"
    job: str
    seq: int
    error: ErrorInfo


@dataclass(frozen=True)
class CancelledJob:
    """The end of a cancelled job; ``phase``: where the cancel found it."""

    t: ClassVar[str] = "cancelled"
    job: str
    seq: int
    phase: Phase


# -- history and housekeeping ----------------------------------------------------------------------


@dataclass(frozen=True)
class ListJobs:
    """The client's own jobs, newest first; ``everyone`` needs the token owner's secret.

    ``document_key`` empty means all documents.
    """

    t: ClassVar[str] = "list_jobs"
    request: int
    document_key: str = ""
    limit: int = 50
    everyone: bool = False


@dataclass(frozen=True)
class Jobs:
    t: ClassVar[str] = "jobs"
    request: int
    jobs: tuple[JobSummary, ...] = ()


@dataclass(frozen=True)
class Favourite:
    """Kept whatever the retention says."""

    t: ClassVar[str] = "favourite"
    request: int
    job: str
    favourite: bool = True


@dataclass(frozen=True)
class Forget:
    """Deletes ended jobs with their blobs; running and queued ones are left alone."""

    t: ClassVar[str] = "forget"
    request: int
    jobs: tuple[str, ...]
    everyone: bool = False


@dataclass(frozen=True)
class Done:
    """A request was carried out on ``count`` things."""

    t: ClassVar[str] = "done"
    request: int
    count: int = 0


@dataclass(frozen=True)
class Ping:
    t: ClassVar[str] = "ping"
    token: int


@dataclass(frozen=True)
class Pong:
    t: ClassVar[str] = "pong"
    token: int


@dataclass(frozen=True)
class Error:
    """An answer to a message that could not be served: ``about`` names its type, ``job`` and
    ``request`` repeat what it carried."""

    t: ClassVar[str] = "error"
    about: str
    error: ErrorInfo
    job: str = ""
    request: int = 0


BlobMessage = Blob | Chunk | BlobEnd | BlobCredit | BlobHave | BlobAbort

ClientMessage = (
    Hello
    | ExchangeProof
    | BlobMessage
    | BlobGet
    | Submit
    | Cancel
    | Ack
    | Resume
    | ListJobs
    | Favourite
    | Forget
    | Ping
    | Pong
)

JobEvent = (
    Accepted
    | Queued
    | Started
    | Progress
    | Result
    | VariationFailed
    | Finished
    | Failed
    | CancelledJob
)

ServerMessage = (
    Welcome
    | Refused
    | ExchangeReady
    | Capabilities
    | BlobMessage
    | JobEvent
    | Preview
    | Jobs
    | Done
    | Error
    | Ping
    | Pong
)

Message = ClientMessage | ServerMessage
