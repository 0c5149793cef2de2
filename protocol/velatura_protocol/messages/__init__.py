"""Every message, as frozen dataclasses; ``docs/protocol.md`` is the same table in words.

A field added later has a default; none is renamed or re-typed within a major version. Job events
carry ``(job, seq)``; requests that are answered carry a ``request`` number the answer repeats.
"""

from __future__ import annotations

from .blobs import Blob, BlobAbort, BlobCredit, BlobEnd, BlobGet, BlobHave, Chunk
from .greeting import (
    Capabilities,
    ExchangeProof,
    ExchangeReady,
    Hello,
    Ping,
    Pong,
    Refused,
    Welcome,
)
from .history import Done, Error, Favourite, Forget, Jobs, ListJobs
from .jobs import (
    Accepted,
    Ack,
    Cancel,
    CancelledJob,
    Failed,
    Finished,
    Preview,
    Progress,
    Queued,
    Result,
    Resume,
    Started,
    Submit,
    VariationFailed,
)
from .models import (
    DescribeModel,
    Engines,
    ImportModels,
    InstalledModelInfo,
    InstallModel,
    ListModels,
    ModelPlace,
    ModelProgress,
    Models,
    OfferedModel,
    RemoveModel,
    StopModel,
    VerifyModel,
)
from .parts import (
    PROTOCOL,
    BlobRef,
    Codec,
    DeviceInfo,
    ErrorInfo,
    Exchange,
    JobSummary,
    LayerPart,
    Limits,
    Patch,
    Placement,
    Priority,
    ProtocolVersion,
    Remark,
    ResultLayer,
    ResumePoint,
    Variation,
)

BlobMessage = Blob | Chunk | BlobEnd | BlobCredit | BlobHave | BlobAbort
"""What the session sends and answers by itself; shells see blob events instead."""

ClientRequest = (
    ExchangeProof
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
    | Ping
    | Pong
)
"""What a client's shell sends once it is welcome."""

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

ServerReply = (
    ExchangeReady
    | Capabilities
    | JobEvent
    | Preview
    | Jobs
    | Models
    | ModelProgress
    | Engines
    | Done
    | Error
    | Ping
    | Pong
)
"""What a server's shell sends once it has said welcome."""

ClientMessage = Hello | ClientRequest | BlobMessage
ServerMessage = Welcome | Refused | ServerReply | BlobMessage
Message = ClientMessage | ServerMessage

__all__ = [
    "PROTOCOL",
    "Accepted",
    "Ack",
    "Blob",
    "BlobAbort",
    "BlobCredit",
    "BlobEnd",
    "BlobGet",
    "BlobHave",
    "BlobMessage",
    "BlobRef",
    "Cancel",
    "CancelledJob",
    "Capabilities",
    "Chunk",
    "ClientMessage",
    "ClientRequest",
    "Codec",
    "DescribeModel",
    "DeviceInfo",
    "Done",
    "Engines",
    "Error",
    "ErrorInfo",
    "Exchange",
    "ExchangeProof",
    "ExchangeReady",
    "Failed",
    "Favourite",
    "Finished",
    "Forget",
    "Hello",
    "ImportModels",
    "InstallModel",
    "InstalledModelInfo",
    "JobEvent",
    "JobSummary",
    "Jobs",
    "LayerPart",
    "Limits",
    "ListJobs",
    "ListModels",
    "Message",
    "ModelPlace",
    "ModelProgress",
    "Models",
    "OfferedModel",
    "Patch",
    "Ping",
    "Placement",
    "Pong",
    "Preview",
    "Priority",
    "Progress",
    "ProtocolVersion",
    "Queued",
    "Refused",
    "Remark",
    "RemoveModel",
    "Result",
    "ResultLayer",
    "Resume",
    "ResumePoint",
    "ServerMessage",
    "ServerReply",
    "Started",
    "StopModel",
    "Submit",
    "Variation",
    "VariationFailed",
    "VerifyModel",
    "Welcome",
]
