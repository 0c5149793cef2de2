"""What a session tells its shell, beside the messages themselves."""

from __future__ import annotations

from dataclasses import dataclass

from ..messages import (
    Ack,
    Blob,
    BlobGet,
    Cancel,
    Capabilities,
    DescribeModel,
    Done,
    Engines,
    Error,
    ErrorInfo,
    ExchangeProof,
    ExchangeReady,
    Favourite,
    Forget,
    Hello,
    ImportModels,
    InstallModel,
    JobEvent,
    Jobs,
    ListJobs,
    ListModels,
    ModelProgress,
    Models,
    Pong,
    Preview,
    Refused,
    RemoveModel,
    Resume,
    StopModel,
    Submit,
    VerifyModel,
    Welcome,
)


@dataclass(frozen=True)
class BlobOpened:
    """The peer opens a blob within our limits. Answer with ``accept_blob``, ``have_blob`` or
    ``refuse_blob`` before reading much more: until then up to a window of it is kept for you. One
    by file needs no answer."""

    header: Blob


@dataclass(frozen=True)
class BlobReceived:
    """All of it is in its sink and the digest is right (accepted without ``verify``: is not checked
    yet).

    By file: it lies in the exchange folder, and ``digest`` is what the peer says (or empty): the
    shell copies and checks it.
    """

    header: Blob
    digest: str


@dataclass(frozen=True)
class BlobFailed:
    """An incoming blob will not come: what its sink has of it is worthless."""

    blob: str
    error: ErrorInfo


@dataclass(frozen=True)
class BlobSent:
    """All of an outgoing blob is on its way; the session keeps nothing of its data."""

    blob: str
    digest: str


@dataclass(frozen=True)
class BlobKnown:
    """The peer has an outgoing blob's bytes already."""

    blob: str


@dataclass(frozen=True)
class BlobRejected:
    """The peer does not take an outgoing blob; may come after :class:`BlobSent`."""

    blob: str
    error: ErrorInfo


BlobEvent = BlobOpened | BlobReceived | BlobFailed | BlobSent | BlobKnown | BlobRejected

ClientEvent = (
    Welcome
    | Refused
    | ExchangeReady
    | Capabilities
    | JobEvent
    | Preview
    | Jobs
    | Models
    | ModelProgress
    | Engines
    | Done
    | Error
    | Pong
    | BlobEvent
)

ServerEvent = (
    Hello
    | ExchangeProof
    | BlobGet
    | Submit
    | Cancel
    | Ack
    | Resume
    | ListJobs
    | Favourite
    | Forget
    | ListModels
    | InstallModel
    | ImportModels
    | DescribeModel
    | VerifyModel
    | RemoveModel
    | StopModel
    | Pong
    | BlobEvent
)
