"""A small job with a known outcome, run for real: does this installation take things away?

Grey stripes with a red blot on them; afterwards the stripes are whole and nothing is red. Made and
judged in plain bytes, so that the process asking loads no array library.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import JobFailed
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, Role, Task

from .base import (
    Executor,
    OrderInput,
    StoredBlob,
    WorkCancelled,
    WorkFailed,
    WorkOrder,
    WorkResult,
    WorkStarted,
)

_SIZE = Size(160, 120)
_BLOT = Rect(70, 50, 24, 20)
_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
_LIGHT, _DARK, _RED = bytes((200, 200, 200, 255)), bytes((90, 90, 90, 255)), bytes((230, 0, 0, 255))
_STRIPE = 8


@dataclass(frozen=True)
class SelfTestResult:
    """``seconds_ready``: until a worker had loaded its engines. ``seconds_work``: from then to the
    result. ``is_right``: the blot is gone."""

    seconds_ready: float
    seconds_work: float
    is_right: bool
    threads: int


async def run_trial(executor: Executor, engine: EngineSpec, folder: Path) -> SelfTestResult:
    """Fills the blot with ``engine``; files go into ``folder``.

    :raises VelaturaError: the job failed, with the reason
    """
    order = _order(engine, folder)
    began = time.monotonic()
    ready = began
    result: WorkResult | None = None
    async for event in executor.run(order):
        if isinstance(event, WorkFailed):
            raise event.error.exception()
        if isinstance(event, WorkCancelled):
            raise JobFailed()
        if isinstance(event, WorkResult):
            result = event
        elif not isinstance(event, WorkStarted) and executor.devices()[0].ready and ready == began:
            ready = time.monotonic()
    if result is None:
        raise JobFailed()
    done = time.monotonic()
    threads = result.variation.provenance.threads
    return SelfTestResult(ready - began, done - ready, _is_right(result), threads)


def _order(engine: EngineSpec, folder: Path) -> WorkOrder:
    region = Rect.of_size(_SIZE)
    picture = b"".join(_pixel(x, y) for y in range(_SIZE.height) for x in range(_SIZE.width))
    mask = bytes(
        255 if _is_in_blot(x, y) else 0 for y in range(_SIZE.height) for x in range(_SIZE.width)
    )
    inputs = (
        OrderInput(
            Input(Role.IMAGE, "image", region, _FORMAT), _stored(folder / "image", picture, _FORMAT)
        ),
        OrderInput(
            Input(Role.MASK, "mask", region, MASK_FORMAT),
            _stored(folder / "mask", mask, MASK_FORMAT),
        ),
    )
    task = Task(
        operation=Operation.FILL,
        intent=Intent.REMOVE,
        engine=engine.id,
        canvas=Canvas(_SIZE, _FORMAT),
        inputs=tuple(each.input for each in inputs),
    )
    output = folder / "output"
    output.mkdir()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return WorkOrder("trial", task, engine, inputs, output, created)


def _stored(path: Path, data: bytes, format: PixelFormat) -> StoredBlob:
    path.write_bytes(data)
    return StoredBlob(path, _SIZE, format, blake2b(data, digest_size=32).hexdigest())


def _is_in_blot(x: int, y: int) -> bool:
    return _BLOT.x <= x < _BLOT.right and _BLOT.y <= y < _BLOT.bottom


def _pixel(x: int, y: int) -> bytes:
    if _is_in_blot(x, y):
        return _RED
    return _LIGHT if x // _STRIPE % 2 else _DARK


def _is_right(result: WorkResult) -> bool:
    """Every pixel of the blot is grey again: red, green and blue within a few steps."""
    pixels = result.variation.layers[0].patches[0].pixels
    data = next(b.path for b in result.blobs if b.digest == pixels.digest).read_bytes()
    if len(data) != pixels.format.byte_count(pixels.size):
        return False
    for y in range(_BLOT.y, _BLOT.bottom):
        for x in range(_BLOT.x, _BLOT.right):
            at = (y * pixels.size.width + x) * 4
            colour = data[at : at + 3]
            if max(colour) - min(colour) > 8 or max(colour) < 60:
                return False
    return True
