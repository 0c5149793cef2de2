"""The jobs' inputs, and what has to come back."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.tasks import (
    Canvas,
    Input,
    Intent,
    Operation,
    PreviewRequest,
    Role,
    Task,
)

from .plan import Plan

FORMAT = PixelFormat(Depth.U8, Layout.RGBA)

_INVERSE = bytes(255 - value for value in range(256))

_OPERATIONS = {
    "echo": Operation.FILL,
    "patchmatch": Operation.FILL,
    "restore": Operation.RESTORE,
    "upscale": Operation.UPSCALE,
    "vary": Operation.VARY,
}
"""By the kind of task; ``patchmatch`` and the others are the built-in engines."""

BUILT_IN = tuple(kind for kind in _OPERATIONS if kind != "echo")

_FEW = 3
"""So many different pictures go to each built-in engine: their results must be alike."""


@dataclass(frozen=True)
class Picture:
    """``key`` names task and pixels: jobs of one key have one result. ``expected``: its pixels,
    None where only the engine knows them."""

    key: str
    kind: str
    size: Size
    image: bytes
    mask: bytes
    expected: bytes | None

    @property
    def mask_digest(self) -> str:
        return blake2b(self.mask, digest_size=32).hexdigest()

    def inputs(self, job: str) -> tuple[Input, ...]:
        region = Rect.of_size(self.size)
        image = Input(Role.IMAGE, f"{job}-image", region, FORMAT)
        if _OPERATIONS[self.kind] is not Operation.FILL:
            return (image,)
        return (image, Input(Role.MASK, f"{job}-mask", region, MASK_FORMAT))

    def task(self, job: str, plan: Plan) -> Task:
        operation = _OPERATIONS[self.kind]
        parameters: dict[str, ParameterValue] = {}
        if self.kind == "echo":
            parameters = {"seconds": plan.duration, "previews": plan.previews}
        return Task(
            operation=operation,
            intent=Intent.REMOVE if operation is Operation.FILL else Intent.NONE,
            engine="echo" if self.kind == "echo" else "",
            canvas=Canvas(self.size, FORMAT),
            inputs=self.inputs(job),
            seed=7,
            scale=2.0 if operation is Operation.UPSCALE else None,
            parameters=parameters,
            preview=PreviewRequest(FORMAT, 60.0) if plan.previews else None,
        )


def picture(kind: str, side: int, dice: random.Random) -> Picture:
    """A new one for the echo engine, one of few for any other."""
    if kind != "echo":
        return _one_of_few(kind, side, dice.randrange(_FEW))
    size = Size(side, side * 2 // 3)
    image = bytearray(dice.randbytes(size.area * 4))
    image[3::4] = bytes(size.area) if dice.random() < 0.1 else b"\xff" * size.area
    inverted = image.translate(_INVERSE)
    inverted[3::4] = image[3::4]
    mask = b"\xff" * size.area
    return Picture("", kind, size, bytes(image), mask, bytes(inverted))


@lru_cache(maxsize=64)
def _one_of_few(kind: str, side: int, number: int) -> Picture:
    """Stripes with grain around a hole in the middle, so that there is something to do."""
    side *= 4
    dice, size = random.Random(number), Size(side, side * 2 // 3)
    image, mask = bytearray(), bytearray()
    for y in range(size.height):
        for x in range(size.width):
            value = 60 + 100 * ((x // 9 + y // 5 + number) % 2) + dice.randrange(20)
            image += bytes((value, value // 2, 255 - value, 255))
            inside = abs(x - size.width // 2) < 8 and abs(y - size.height // 2) < 8
            mask.append(255 if inside else 0)
    return Picture(f"{kind}-{number}", kind, size, bytes(image), bytes(mask), None)
