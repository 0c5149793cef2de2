"""A small picture with something selected, and what is asked for in it."""

from __future__ import annotations

from tests.plugin.desk import noise
from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.capture.capture import CaptureContext
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import Document
from velatura_plugin.host.memory import MemoryHost
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Limits
from velatura_protocol.tasks import Intent, Operation

FILL = GenerateRequest(Operation.FILL, Intent.FILL)
SIZE = Size(40, 30)
CANVAS = Rect.of_size(SIZE)
CONTEXT = CaptureContext(INVERTER, Limits(), seed=7, document_key="key")


def opened(host: MemoryHost) -> Document:
    document = host.open(noise(SIZE))
    host.select(document, Rect(10, 10, 4, 4))
    return document
