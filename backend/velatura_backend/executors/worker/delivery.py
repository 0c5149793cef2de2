"""A variation's files and what is said about them: patches, thumbnail, metrics, provenance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.geometry import Rect, Size, bounding_rect
from velatura_protocol.messages import BlobRef, Patch, ResultLayer, Variation
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation, Placement, Task

from ...engines.base import EngineResult, FloatImage
from ...imaging.arrays import Samples, bands, from_working, size_of
from ...imaging.resize import Filter, resize, resize_mask
from ..base import WorkOrder, WorkResult
from ..devices import CPU_ID
from .inputs import Crop
from .measure import peak_memory_metrics, seam_score
from .outputs import ResultWriter, reference
from .shading import Check, Shading
from .shown import edited_area, mixed, reduced, with_alpha

THUMBNAIL_SIDE = 256
THUMBNAIL_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
_NAME_LENGTH = 40
_SEAM_MARGIN = 3


@dataclass
class _Clipping:
    clipped: int = 0
    total: int = 0


@dataclass(frozen=True)
class FinishedCrop:
    """``metrics`` are the engine's own and the seam score."""

    patch: Patch
    thumbnail: FloatImage
    metrics: Mapping[str, float]
    clipping: _Clipping = field(default_factory=_Clipping)


@dataclass(frozen=True)
class Delivery:
    """Writes for one order. ``threads`` is for the provenance."""

    order: WorkOrder
    threads: int
    writer: ResultWriter
    check: Check

    def crop(self, crop: Crop, result: EngineResult) -> FinishedCrop:
        """Pixels and mask of one crop as files, in the canvas's format."""
        image = with_alpha(self._fitted(crop, result.image), crop.image, self.order.task.alpha)
        clipping = _Clipping(total=np.count_nonzero(crop.weights) * image.shape[2])
        format = self.order.task.canvas.format
        size = Size(image.shape[1], image.shape[0])
        pixels = self.writer.write(size, format, self._bands(crop, image, clipping))
        patch = Patch(self._region(crop, size), reference(pixels), self._mask(crop, image))
        self.check()
        metrics = {**result.metrics, **_seam(crop, image)}
        return FinishedCrop(patch, _thumbnail(crop, image), metrics, clipping)

    def _fitted(self, crop: Crop, image: FloatImage) -> FloatImage:
        """In the size it is wanted in: what was enlarged for its detail alone goes back."""
        if not _enlarges(self.order.task) and self.order.task.operation is Operation.UPSCALE:
            self.check()
            return resize(image, size_of(crop.image))
        return image

    def _bands(self, crop: Crop, image: FloatImage, clipping: _Clipping) -> Iterator[Samples]:
        for rows in bands(*image.shape[:2]):
            band = crop.shading.to_document(image[rows], self.order.task.canvas.format)
            clipping.clipped += band.clipped
            yield band.samples

    def _mask(self, crop: Crop, image: FloatImage) -> BlobRef | None:
        if crop.mask is None or crop.mask.shape != image.shape[:2]:
            return None
        size = Size(crop.mask.shape[1], crop.mask.shape[0])
        return reference(self.writer.write(size, MASK_FORMAT, (crop.mask,)))

    def _region(self, crop: Crop, size: Size) -> Rect:
        """In the document's pixels. An upscale covers what its crop covered, with more pixels."""
        if self.order.task.operation is Operation.UPSCALE:
            return crop.region
        return Rect(crop.region.x, crop.region.y, size.width, size.height)

    def variation(
        self, index: int, crops: list[FinishedCrop], shading: Shading, seconds: Mapping[str, float]
    ) -> WorkResult:
        """The whole variation, once every crop's files are written."""
        small = from_working(shading.to_srgb(crops[0].thumbnail), THUMBNAIL_FORMAT).samples
        thumbnail = self.writer.write(size_of(small), THUMBNAIL_FORMAT, (small,))
        task = self.order.task
        variation = Variation(
            index=index,
            seed=task.seed + index,
            layers=(self._layer(index, tuple(each.patch for each in crops)),),
            provenance=self._provenance(index),
            thumbnail=reference(thumbnail),
            metrics={
                **_combined(crops),
                **seconds,
                "seconds_writing": self.writer.seconds,
                **peak_memory_metrics(),
            },
            colour=task.canvas.colour,
        )
        return WorkResult(variation, self.writer.hand_over())

    def _layer(self, index: int, patches: tuple[Patch, ...]) -> ResultLayer:
        task = self.order.task
        return ResultLayer(
            name=layer_name(task, task.seed + index),
            region=self._layer_region(patches),
            patches=patches,
            scale=task.scale if task.scale and _enlarges(task) else 1.0,
            placement=placement(task),
        )

    def _layer_region(self, patches: tuple[Patch, ...]) -> Rect:
        canvas = self.order.task.canvas
        if canvas.margins.is_empty:
            return bounding_rect(patch.region for patch in patches)
        whole = Rect.of_size(canvas.size)
        return whole.translated(-canvas.margins.left, -canvas.margins.top)

    def _provenance(self, index: int) -> Provenance:
        task, engine = self.order.task, self.order.engine
        return Provenance(
            operation=task.operation,
            engine=engine.id,
            engine_version=engine.version,
            software=f"Velatura {version('velatura')}",
            seed=task.seed + index,
            created=self.order.created,
            digital_source_type=digital_source_type(engine, task),
            intent=task.intent,
            device=CPU_ID,
            threads=self.threads,
            parameters=dict(task.parameters),
        )


def _seam(crop: Crop, image: FloatImage) -> dict[str, float]:
    if crop.mask is None or image.shape != crop.image.shape:
        return {}
    area = edited_area(crop.weights, _SEAM_MARGIN)
    window = (slice(area.y, area.bottom), slice(area.x, area.right))
    shown = mixed(crop.image[window], image[window], crop.weights[window])
    score = seam_score(shown, crop.weights[window])
    return {} if score is None else {"seam_score": score}


def _thumbnail(crop: Crop, image: FloatImage) -> FloatImage:
    """What the crop looks like now, small. Large pictures are thinned out before they are averaged:
    four pixels a side for each of the thumbnail's are plenty, and 30 times faster at 12 megapixels.
    """
    every = max(1, max(image.shape[:2]) // (4 * THUMBNAIL_SIDE))
    after = reduced(image[::every, ::every], THUMBNAIL_SIDE)
    if crop.mask is None or image.shape != crop.image.shape:
        return after
    before = reduced(crop.image[::every, ::every], THUMBNAIL_SIDE)
    weights = resize_mask(crop.weights[::every, ::every], size_of(after), Filter.BOX)
    return mixed(before, after, weights)


def _combined(crops: list[FinishedCrop]) -> dict[str, float]:
    """Means over the crops; the worst seam, because that is the one that shows. What is not finite
    is no number worth telling, and the protocol would refuse the whole result for it. All are plain
    floats: unpickling one of numpy's would load numpy into the server."""
    names = {name for crop in crops for name in crop.metrics}
    metrics: dict[str, float] = {}
    for name in sorted(names):
        values = [crop.metrics[name] for crop in crops if name in crop.metrics]
        metrics[name] = max(values) if name == "seam_score" else float(np.mean(values))
    total = sum(crop.clipping.total for crop in crops)
    clipped = sum(crop.clipping.clipped for crop in crops)
    metrics["clipped_fraction"] = min(1.0, clipped / total) if total else 0.0
    return {name: float(value) for name, value in metrics.items() if math.isfinite(value)}


def layer_name(task: Task, seed: int) -> str:
    """The prompt's beginning, or the operation (a fill's intent), and the seed."""
    what = task.operation.value if task.intent is Intent.NONE else task.intent.value
    title = " ".join(task.prompt.split()) or what.replace("_", " ").capitalize()
    if len(title) > _NAME_LENGTH:
        title = title[: _NAME_LENGTH - 1].rstrip() + "…"
    return f"{title} {seed}"


_RESIZING = frozenset((Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT))


def _enlarges(task: Task) -> bool:
    return task.operation is Operation.UPSCALE and placement(task) in _RESIZING


def placement(task: Task) -> Placement:
    if task.placement is not None:
        return task.placement
    if task.operation is Operation.UPSCALE:
        return Placement.NEW_DOCUMENT
    if task.operation is Operation.RETARGET or not task.canvas.margins.is_empty:
        return Placement.RESIZE_DOCUMENT
    return Placement.ABOVE


_MAKES_UP = frozenset((Operation.FILL, Operation.VARY, Operation.TILE, Operation.RETARGET))


def digital_source_type(engine: EngineSpec, task: Task) -> str:
    """A term of the IPTC NewsCodes vocabulary ``digitalsourcetype``.

    What an engine without weights makes up, from pieces of the picture or not, counts as synthetic;
    what it only changes (colour, size, noise) as enhanced.
    """
    from_nothing = task.operation is Operation.GENERATE and not task.crops
    if engine.weights:
        return "trainedAlgorithmicMedia" if from_nothing else "compositeWithTrainedAlgorithmicMedia"
    if from_nothing:
        return "algorithmicMedia"
    return "compositeSynthetic" if task.operation in _MAKES_UP else "algorithmicallyEnhanced"
