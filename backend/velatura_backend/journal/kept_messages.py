"""Messages as the journal keeps them: in the wire's own encoding, so that it has one schema."""

from __future__ import annotations

from typing import cast, get_args

from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BadMessage
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    Failed,
    Finished,
    Limits,
    Result,
    Started,
    Submit,
    VariationFailed,
)

LastingEvent = Accepted | Started | Result | VariationFailed | Finished | Failed | CancelledJob
"""Events that are kept; the others matter only to who is there."""

EndEvent = Finished | Failed | CancelledJob

# They have been through a connection's limits already; a setting that was lowered since must not
# make them unreadable.
_NO_LIMITS = Limits(message_bytes=2**40)


def pack(message: Submit | LastingEvent) -> bytes:
    return encode(message)


def unpack_submit(data: bytes) -> Submit:
    """:raises BadMessage: it is none, or one that this version does not understand"""
    message = decode(data, _NO_LIMITS)
    if not isinstance(message, Submit):
        raise BadMessage(reason="not a submit", at="$.t")
    return message


def unpack_event(data: bytes) -> LastingEvent:
    """:raises BadMessage: it is none, or one that this version does not understand"""
    message = decode(data, _NO_LIMITS)
    if not isinstance(message, get_args(LastingEvent)):
        raise BadMessage(reason="not a kept event", at="$.t")
    return cast("LastingEvent", message)
