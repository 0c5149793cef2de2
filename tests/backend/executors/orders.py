"""Work orders over real files, as the server would make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.base import OrderInput, StoredBlob, WorkEvent, WorkOrder, WorkResult
from velatura_backend.imaging.arrays import dtype_of
from velatura_protocol.engines import EngineSpec
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Input, Intent, Operation, Role, Task

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)
_numbers = count(1)


def picture(size: Size, format: PixelFormat, seed: int = 0) -> NDArray[Any]:
    """(height, width, channels) of noise that uses the whole range, alpha included."""
    random = np.random.default_rng(seed)
    shape = (size.height, size.width, format.layout.channels)
    kind = dtype_of(format.depth)
    if kind.kind == "u":
        return random.integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)
    return random.random(shape).astype(kind)


def disc(size: Size, radius: float) -> NDArray[np.uint8]:
    """A hard mask in the middle, 255 inside."""
    y, x = np.ogrid[: size.height, : size.width]
    distance = np.hypot(y - size.height / 2, x - size.width / 2)
    return np.where(distance < radius, 255, 0).astype(np.uint8)


def digest_of(data: bytes) -> str:
    return blake2b(data, digest_size=32).hexdigest()


@dataclass
class Desk:
    """Writes orders into ``folder``; ``output`` is where results go."""

    folder: Path
    format: PixelFormat = RGBA8
    size: Size = Size(48, 40)
    colour: ColourSpace = ColourSpace()
    inputs: list[OrderInput] = field(default_factory=list[OrderInput])

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def add(
        self, role: str, samples: NDArray[Any], format: PixelFormat, region: Rect | None = None
    ) -> None:
        data = np.ascontiguousarray(samples).tobytes()
        path = self.folder / f"input-{next(_numbers)}"
        path.write_bytes(data)
        size = Size(samples.shape[1], samples.shape[0])
        blob = StoredBlob(path, size, format, digest_of(data))
        placed = region or Rect.of_size(size)
        self.inputs.append(OrderInput(Input(role, path.name, placed, format), blob))

    def add_image(self, seed: int = 0, region: Rect | None = None) -> NDArray[Any]:
        size = region.size if region else self.size
        samples = picture(size, self.format, seed)
        self.add(Role.IMAGE, samples, self.format, region)
        return samples

    def add_mask(self, mask: NDArray[np.uint8], region: Rect | None = None) -> None:
        self.add(Role.MASK, mask[..., None], MASK_FORMAT, region)

    def order(self, engine: EngineSpec = ECHO, **changes: Any) -> WorkOrder:
        self.output.mkdir(exist_ok=True)
        task = Task(
            operation=Operation.FILL,
            canvas=Canvas(self.size, self.format, self.colour),
            inputs=tuple(each.input for each in self.inputs),
            intent=Intent.REMOVE,
            engine=engine.id,
        )
        task = replace(task, **changes)
        job = f"job-{next(_numbers)}"
        return WorkOrder(
            job, task, engine, tuple(self.inputs), self.output, "2026-11-21T09:00:00+00:00"
        )

    def simple(self, **changes: Any) -> WorkOrder:
        """One crop over the whole canvas with a disc for a mask."""
        if not self.inputs:
            self.add_image()
            self.add_mask(disc(self.size, 9))
        return self.order(**changes)


def blob_of(result: WorkResult, reference: BlobRef) -> StoredBlob:
    return next(blob for blob in result.blobs if blob.digest == reference.digest)


def samples_of(result: WorkResult, reference: BlobRef) -> NDArray[Any]:
    """The file's samples, after holding its digest and length against the reference."""
    blob = blob_of(result, reference)
    data = blob.path.read_bytes()
    assert digest_of(data) == reference.digest
    assert len(data) == reference.format.byte_count(reference.size)
    flat = np.frombuffer(data, dtype_of(reference.format.depth))
    return flat.reshape(reference.size.height, reference.size.width, -1)


def only(events: list[WorkEvent], kind: type) -> Any:
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, events
    return found[0]


def all_of(events: list[WorkEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


@contextmanager
def no_files_left(folder: Path) -> Iterator[None]:
    """Nothing more lies in ``folder`` afterwards than before."""
    before = set(folder.glob("*")) if folder.exists() else set[Path]()
    yield
    assert set(folder.glob("*")) == before
