"""Results as the wire tells them, and the pixels they mean."""

from __future__ import annotations

from tests.plugin.desk import noise
from tests.plugin.scripted_jobs import digest_of
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import BlobRef, Patch, Result, ResultLayer, Variation
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation

PROVENANCE = Provenance(Operation.FILL, "inverter", "1", "", 0, "", "")
REGION = Rect(3, 4, 5, 6)
MASK = Pixels(REGION.size, MASK_FORMAT, b"\x80" * REGION.area)
THUMBNAIL = noise(Size(2, 2), seed=99)


def ref(pixels: Pixels) -> BlobRef:
    return BlobRef(digest_of(bytes(pixels.data)), pixels.size, pixels.format)


def pixels_of(index: int) -> Pixels:
    return noise(REGION.size, seed=index)


def result(seq: int, index: int = 0, job: str = "job", *, thumbnail: bool = True) -> Result:
    patch = Patch(REGION, ref(pixels_of(index)), ref(MASK))
    layer = ResultLayer("layer", REGION, (patch,))
    small = ref(THUMBNAIL) if thumbnail else None
    return Result(job, seq, Variation(index, 10 + index, (layer,), PROVENANCE, small))
