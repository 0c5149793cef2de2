"""Messages on the wire, changed and refused."""

from __future__ import annotations

import tracemalloc

import msgpack
import pytest

from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BadMessage
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Limits, Message
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Input, Operation, Role, Task

LIMITS = Limits()
FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
TASK = Task(
    Operation.FILL,
    Canvas(Size(8, 8), FORMAT),
    (
        Input(Role.IMAGE, "b1", Rect(0, 0, 8, 8), FORMAT),
        Input(Role.MASK, "b2", Rect(0, 0, 8, 8), FORMAT),
    ),
    parameters={"palette": ("#ff0000", "#00ff00"), "smooth": True, "passes": 3, "name": "x"},
)


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(BadMessage) as caught:
        decode(data, LIMITS)
    return str(caught.value.params["reason"]), str(caught.value.params["at"])


def fields_of(message: Message) -> dict[str, object]:
    return msgpack.unpackb(encode(message))


def changed(message: Message, path: list[str | int], value: object) -> bytes:
    fields = fields_of(message)
    place: object = fields
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return msgpack.packb(fields)


def peak_of(action):
    tracemalloc.start()
    kept = action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return kept, peak
