"""Pixels on their way, in either direction.

Every blob that a header opens ends with exactly one ``blob_end`` or one ``blob_abort`` of its
sender, also when the receiver has said that it wants no more of it: after that last word neither
side keeps anything under its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..fields import Digest, Id, Natural, OptionalDigest, Positive
from ..geometry import Size
from ..pixels import PixelFormat
from .parts import Codec, ErrorInfo


@dataclass(frozen=True)
class Blob:
    """Opens a blob. ``blob`` is an id of the sender's, used once per connection and direction.

    ``bytes`` is the length of the raw bytes, size times format. With ``digest`` set the sender
    waits for ``blob_have`` or ``blob_credit``; without, chunks follow at once inside the initial
    window and the digest comes at the end. ``by_file``: the raw bytes lie in the exchange folder
    under the blob's id.
    """

    t: ClassVar[str] = "blob"
    blob: Id
    size: Size
    format: PixelFormat
    bytes: Natural
    codec: Codec = Codec.RAW
    digest: OptionalDigest = ""
    by_file: bool = False


@dataclass(frozen=True)
class Chunk:
    """The next bytes of a blob, in order, packed by its codec."""

    t: ClassVar[str] = "chunk"
    blob: Id
    data: bytes | memoryview


@dataclass(frozen=True)
class BlobEnd:
    """All bytes sent; BLAKE2b-256 of the raw bytes in hex.

    Empty only for a blob by file: the receiver, who copies the file anyway, computes it then.
    """

    t: ClassVar[str] = "blob_end"
    blob: Id
    digest: OptionalDigest = ""


@dataclass(frozen=True)
class BlobCredit:
    """The receiver can take ``bytes`` more raw bytes of this blob than it has granted so far."""

    t: ClassVar[str] = "blob_credit"
    blob: Id
    bytes: Positive


@dataclass(frozen=True)
class BlobHave:
    """The receiver holds these bytes already: send no more of them."""

    t: ClassVar[str] = "blob_have"
    blob: Id


@dataclass(frozen=True)
class BlobAbort:
    """One side gives the blob up; what was received of it is dropped.

    Ids belong to a direction, so ``by_sender`` says whose blob is meant: the one who writes this
    message sends that blob (True) or receives it (False).
    """

    t: ClassVar[str] = "blob_abort"
    blob: Id
    error: ErrorInfo
    by_sender: bool = True


@dataclass(frozen=True)
class BlobGet:
    """Asks the server for a blob of one of the client's jobs; it opens one with this digest."""

    t: ClassVar[str] = "blob_get"
    digest: Digest
