"""What messages are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ..errors import ErrorCode, VelaturaError, error_from_code
from ..events import JobState
from ..fields import Digest, Id, Natural, Positive
from ..geometry import Margins, Rect, Size
from ..pixels import ColourSpace, PixelFormat
from ..provenance import Provenance
from ..tasks import Intent, Operation, Placement


@dataclass(frozen=True, order=True)
class ProtocolVersion:
    major: Natural
    minor: Natural

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


PROTOCOL = ProtocolVersion(1, 0)


class Codec(Enum):
    """How a blob's bytes are packed. Both are always understood; others are negotiated."""

    RAW = "raw"
    ZLIB = "zlib"


@dataclass(frozen=True)
class Limits:
    """What crosses one connection; the server's hold for both directions.

    A larger thing is refused by name before it is allocated. ``chunk_bytes`` leaves room for a
    chunk's header inside a message; ``window_bytes`` are a blob's bytes on their way at one time.
    """

    message_bytes: Positive = 4 * 1024 * 1024
    chunk_bytes: Positive = 768 * 1024
    blob_bytes: Positive = 2 * 1024 * 1024 * 1024
    blob_pixels: Positive = 200_000_000
    window_bytes: Positive = 8 * 1024 * 1024
    open_blobs: Positive = 64
    inputs: Positive = 256
    variations: Positive = 64
    queued_jobs: Positive = 256
    engines: Positive = 256


@dataclass(frozen=True)
class ErrorInfo:
    """An error as data: the receiver owns the sentence."""

    code: ErrorCode
    params: dict[str, str | int | float] = field(default_factory=dict[str, str | int | float])
    retryable: bool = False

    @classmethod
    def of(cls, error: VelaturaError) -> ErrorInfo:
        return cls(error.code, dict(error.params), error.retryable)

    def exception(self) -> VelaturaError:
        """The exception it stands for; ``retryable`` as the sender said."""
        error = error_from_code(self.code, self.params)
        error.retryable = self.retryable
        return error


@dataclass(frozen=True)
class ResumePoint:
    job: Id
    after_seq: Natural = 0


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

    digest: Digest
    size: Size
    format: PixelFormat


@dataclass(frozen=True)
class Patch:
    """Pixels at one place of a layer: full and uncomposited, and the mask M to show them by.

    ``mask`` None shows all of it. Applying the mask is the host's one and only compositing.
    """

    region: Rect
    pixels: BlobRef
    mask: BlobRef | None = None


class LayerPart(Enum):
    """What a layer of a variation is: the result itself; or what was asked for beside it: the
    picture behind what was cut out, a map of where filled pixels were copied from, a table of
    colours (HaldCLUT)."""

    MAIN = "main"
    BACKGROUND = "background"
    SOURCE_MAP = "source_map"
    COLOUR_TABLE = "colour_table"


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
    part: LayerPart = LayerPart.MAIN


@dataclass(frozen=True)
class Remark:
    """Something the artist should hear about a result that came all the same: that a prompt was too
    long, that memory was short. ``text``: the words, name or step that it is about."""

    id: str
    text: str = ""


@dataclass(frozen=True)
class Variation:
    """One finished candidate: layers from bottom to top, and what there is to know about it.

    ``colour`` is that of its pixels: the document's, as the task gave it. Whoever takes a result
    out of the history has no other way to know.
    """

    index: Natural
    seed: int
    layers: tuple[ResultLayer, ...]
    provenance: Provenance
    thumbnail: BlobRef | None = None
    metrics: dict[str, float] = field(default_factory=dict[str, float])
    colour: ColourSpace = ColourSpace()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class DeviceInfo:
    """Memory in bytes; 0 where unknown."""

    id: str
    name: str
    memory_total: Natural = 0
    memory_free: Natural = 0
    ready: bool = False


class Priority(Enum):
    """``LIVE`` jobs with the same ``live`` key coalesce: the latest wins."""

    LIVE = "live"
    INTERACTIVE = "interactive"
    BATCH = "batch"


@dataclass(frozen=True)
class JobSummary:
    """A row of the history. ``created`` is Unix time in seconds. ``canvas``, with ``margins``: the
    size its results were made for; None where a later version wrote the task."""

    job: Id
    state: JobState
    operation: Operation
    engine: str
    created: float
    variations: Natural
    prompt: str = ""
    document_key: str = ""
    favourite: bool = False
    error: ErrorInfo | None = None
    thumbnails: tuple[BlobRef, ...] = ()
    intent: Intent = Intent.NONE
    canvas: Size | None = None
    margins: Margins = Margins()


__all__ = [
    "PROTOCOL",
    "BlobRef",
    "Codec",
    "DeviceInfo",
    "ErrorInfo",
    "Exchange",
    "JobSummary",
    "Limits",
    "Patch",
    "Placement",
    "Priority",
    "ProtocolVersion",
    "ResultLayer",
    "ResumePoint",
    "Variation",
]
