"""Does every engine of this installation answer? A tiny job for each, run for real.

What comes of it is not judged, only that a picture of the right size does. Made in plain bytes, as
the :mod:`.trial` is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import EngineError, VelaturaError
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, Role, Task

from .base import Executor, OrderInput, StoredBlob, WorkFailed, WorkOrder, WorkResult

_SIZE = Size(72, 56)
_TARGET = Size(80, 48)
_SCALE = 2.0
_SUBJECT = Rect(24, 16, 24, 24)
_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)


@dataclass(frozen=True)
class Answer:
    """``error`` None: it answered with a picture, after so many ``seconds``."""

    engine: str
    operation: Operation
    seconds: float
    error: VelaturaError | None = None


async def call_roll(
    executor: Executor, engines: Iterable[EngineSpec], folder: Path
) -> tuple[Answer, ...]:
    """Each engine's first operation, one after the other; files go into ``folder``."""
    answers: list[Answer] = []
    for engine in engines:
        own = folder / engine.id
        own.mkdir(parents=True)
        began = time.monotonic()
        error = await _ask(executor, order_for(engine, own))
        spent = time.monotonic() - began
        answers.append(Answer(engine.id, engine.operations[0], spent, error))
    return tuple(answers)


async def _ask(executor: Executor, order: WorkOrder) -> VelaturaError | None:
    error: VelaturaError | None = EngineError(engine=order.engine.id, kind="no result")
    async for event in executor.run(order):
        if isinstance(event, WorkFailed):
            error = event.error.exception()
        if isinstance(event, WorkResult) and _is_whole(event, order.task):
            error = None
    return error


def _is_whole(result: WorkResult, task: Task) -> bool:
    patch = result.variation.layers[-1].patches[0]
    files = {each.digest: each.path for each in result.blobs}
    length = files[patch.pixels.digest].stat().st_size
    return patch.pixels.size == _wanted(task) and length == _FORMAT.byte_count(patch.pixels.size)


def _wanted(task: Task) -> Size:
    if task.target is not None:
        return task.target
    return _SIZE if task.scale is None else _SIZE.scaled(task.scale)


def order_for(engine: EngineSpec, folder: Path) -> WorkOrder:
    """A picture, and whatever else the engine cannot do without."""
    operation = engine.operations[0]
    inputs = [_input(Role.IMAGE, _picture(), _FORMAT, folder)]
    if engine.role(Role.MASK) is not None:
        inputs.append(_input(Role.MASK, _mask(), MASK_FORMAT, folder))
    for role in engine.roles:
        if role.required and role.role not in (Role.IMAGE, Role.MASK):
            inputs.append(_input(role.role, _picture(), _FORMAT, folder))
    task = Task(
        operation=operation,
        intent=engine.intents[0] if operation is Operation.FILL else Intent.NONE,
        engine=engine.id,
        canvas=Canvas(_SIZE, _FORMAT),
        inputs=tuple(each.input for each in inputs),
        scale=_SCALE if operation is Operation.UPSCALE else None,
        target=_TARGET if operation in (Operation.RETARGET, Operation.GENERATE) else None,
    )
    output = folder / "output"
    output.mkdir()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return WorkOrder(f"roll-call-{engine.id}", task, engine, tuple(inputs), output, created)


def _input(role: str, data: bytes, format: PixelFormat, folder: Path) -> OrderInput:
    path = folder / role
    path.write_bytes(data)
    blob = StoredBlob(path, _SIZE, format, blake2b(data, digest_size=32).hexdigest())
    return OrderInput(Input(role, role, Rect.of_size(_SIZE), format), blob)


def _picture() -> bytes:
    """A plain subject before a gradient."""
    return b"".join(_pixel(x, y) for y in range(_SIZE.height) for x in range(_SIZE.width))


def _pixel(x: int, y: int) -> bytes:
    if _SUBJECT.contains(Rect(x, y, 1, 1)):
        return bytes((220, 150, 40, 255))
    return bytes((60 + x, 90 + 2 * y, 140, 255))


def _mask() -> bytes:
    """The subject with some of what is around it."""
    loose = _SUBJECT.grown(6)
    return bytes(
        255 if loose.contains(Rect(x, y, 1, 1)) else 0
        for y in range(_SIZE.height)
        for x in range(_SIZE.width)
    )
