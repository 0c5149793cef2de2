"""WebSocket frames (RFC 6455) as they pass by, and the messages in them."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any, cast

import msgpack

_BINARY = 2
_MASKED = 0x80


class Gone(Exception):
    """The socket has no more."""


@dataclass(frozen=True)
class Frame:
    """``raw``: every byte of it. ``message``: what it says, None where it is no message."""

    raw: bytes
    message: dict[str, Any] | None


def read_frame(stream: socket.socket) -> Frame:
    """:raises Gone: before it was whole"""
    head = _exactly(stream, 2)
    length = head[1] & 0x7F
    more = _exactly(stream, {126: 2, 127: 8}.get(length, 0))
    length = int.from_bytes(more, "big") if more else length
    mask = _exactly(stream, 4) if head[1] & _MASKED else b""
    payload = _exactly(stream, length)
    raw = head + more + mask + payload
    if head[0] & 0x0F != _BINARY:
        return Frame(raw, None)
    return Frame(raw, cast("dict[str, Any]", msgpack.unpackb(_unmasked(payload, mask))))


def read_head(stream: socket.socket) -> bytes:
    """An HTTP request or answer up to its empty line."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _exactly(stream, 1)
    return head


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    if not mask:
        return payload
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return number.to_bytes(len(payload), "big")


def _exactly(stream: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        try:
            more = stream.recv(count - len(data))
        except OSError as error:
            raise Gone from error
        if not more:
            raise Gone
        data += more
    return data
