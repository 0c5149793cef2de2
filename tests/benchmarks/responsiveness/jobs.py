"""Jobs for the benchmark, submitted over a bare connection."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from tests.benchmarks.shared.pictures import disc_mask, photograph
from tests.benchmarks.shared.wire import Wire
from velatura_protocol.engines import EngineSpec
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Submit
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, Role, Task

_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)


@dataclass(frozen=True)
class Bench:
    """A photograph and a mask, cut to size; known to the server after the first job."""

    size: Size
    image: bytearray
    mask: bytearray
    digests: tuple[str, str]

    @cached_property
    def fresh(self) -> bytearray:
        """A picture that is made unlike any before by its first bytes."""
        return bytearray(self.image)

    @classmethod
    def cut(cls, size: Size, radius: int) -> Bench:
        picture, mask = photograph(), disc_mask(radius)
        top, left = (mask.shape[0] - size.height) // 2, (mask.shape[1] - size.width) // 2
        window = (slice(top, top + size.height), slice(left, left + size.width))
        image, white = bytearray(picture[window].tobytes()), bytearray(mask[window].tobytes())
        return cls(size, image, white, (_digest(image), _digest(white)))

    def submit(
        self, wire: Wire, engine: EngineSpec, *, fresh: bool = False, **parameters: ParameterValue
    ) -> str:
        """The job's id. ``fresh`` pixels are uploaded whatever the server knows."""
        job = secrets.token_hex(8)
        region = Rect.of_size(self.size)
        inputs = (
            Input(Role.IMAGE, f"{job}-image", region, _FORMAT),
            Input(Role.MASK, f"{job}-mask", region, MASK_FORMAT),
        )
        task = Task(
            operation=Operation.FILL,
            intent=Intent.REMOVE,
            engine=engine.id,
            canvas=Canvas(self.size, _FORMAT),
            inputs=inputs,
            parameters=dict(parameters),
        )
        wire.send(Submit(job, task))
        image = self.fresh if fresh else self.image
        if fresh:
            image[:16] = secrets.token_bytes(16)
        digests = ("", self.digests[1]) if fresh else self.digests
        for each, data, digest in zip(inputs, (image, self.mask), digests, strict=True):
            wire.session.send_blob(each.blob, self.size, each.format, data, digest=digest)
        wire.wake()
        return job


def _digest(data: bytearray) -> str:
    return blake2b(data, digest_size=32).hexdigest()
