"""A variation's files and what is said about them: patches, thumbnail, metrics, provenance."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version

import numpy as np

from velatura_protocol.geometry import Rect, Size, bounding_rect
from velatura_protocol.messages import BlobRef, Patch, Remark, ResultLayer, Variation
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation, Placement

from ...engines.base import EngineNotice, EngineResult, FloatImage, FloatMask, StreamedImage
from ...imaging.arrays import Samples, bands, from_working, size_of
from ...imaging.masks import quantised_mask, to_float_mask
from ...imaging.resize import resize, resized_strips
from ..base import WorkOrder, WorkResult
from .description import (
    digital_source_type,
    enlarges,
    layer_name,
    placement,
    stack_name,
    stacks,
)
from .inputs import Crop, Mask8
from .measure import peak_memory_metrics
from .origin import Origin, memory_rung
from .outputs import ResultWriter, reference
from .parts import FinishedPart, PartWriter, part_layers
from .seams import mixed_seam_score
from .shading import Check, Shading
from .shown import alpha_mode, edited_area, with_alpha
from .stacking import by_layer, stacked_masks
from .thumbnails import PassingThumbnail, thumbnail

THUMBNAIL_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)
_SEAM_MARGIN = 3
LAYERS_JOINED = EngineNotice("layers_joined")
"""A canvas can be given another size, and a document be opened, by one layer alone."""


@dataclass
class _Clipping:
    clipped: int = 0
    total: int = 0


@dataclass(frozen=True)
class FinishedCrop:
    """``patches``: one for each of the layers that the result is made of, from bottom to top;
    mostly it is one. ``metrics`` are the engine's own and the seam score; ``parts`` its further
    layers; ``notices`` what it has to say."""

    patches: tuple[Patch, ...]
    thumbnail: FloatImage
    metrics: Mapping[str, float]
    parts: tuple[FinishedPart, ...] = ()
    clipping: _Clipping = field(default_factory=_Clipping)
    notices: tuple[EngineNotice, ...] = ()


Delivering = Generator[float, None, FinishedCrop]
"""Says how much of the crop is written, from 0 to 1."""


@dataclass(frozen=True)
class Delivery:
    """Writes for one order. ``threads`` and ``origin`` are for the provenance."""

    order: WorkOrder
    threads: int
    writer: ResultWriter
    check: Check
    origin: Origin = Origin()

    def crop(self, crop: Crop, result: EngineResult) -> Delivering:
        """Pixels and mask of one crop as files, in the canvas's format."""
        if result.mask is not None:
            crop = _masked_anew(crop, result.mask, self.check)
        image, notices = self._fitted(crop, result.image), result.notices
        if isinstance(image, StreamedImage):
            finished = yield from self._stream(crop, image, result.metrics)
        elif result.stack and stacks(self.order.task):
            finished = yield from self._stack(crop, image, result)
        else:
            finished = yield from self._whole(crop, image, result.metrics)
            notices += (LAYERS_JOINED,) if result.stack else ()
        parts = PartWriter(self.order.task, self.writer, self.check).write(crop, result.layers)
        return replace(finished, parts=parts, notices=notices)

    def _whole(self, crop: Crop, image: FloatImage, metrics: Mapping[str, float]) -> Delivering:
        clipping = _Clipping()
        patch = yield from self._shown(crop, image, clipping)
        return self._finished(crop, image, (patch,), metrics, clipping)

    def _stack(self, crop: Crop, image: FloatImage, result: EngineResult) -> Delivering:
        """Each with what of M it shows: where M is 0 nothing of any of them does."""
        clipping = _Clipping()
        patches: list[Patch] = []
        masks = stacked_masks([each.mask for each in result.stack], crop.weights)
        for each, mask in zip(result.stack, masks, strict=True):
            own = _masked_anew(crop, mask, self.check)
            patches.append((yield from self._shown(own, each.image, clipping)))
        with_alpha(image, crop.image, alpha_mode(self.order.task), self.check)
        return self._finished(crop, image, tuple(patches), result.metrics, clipping)

    def _shown(
        self, crop: Crop, image: FloatImage, clipping: _Clipping
    ) -> Generator[float, None, Patch]:
        image = with_alpha(image, crop.image, alpha_mode(self.order.task), self.check)
        clipping.total += np.count_nonzero(crop.weights) * image.shape[2]
        strips = (image[rows] for rows in bands(*image.shape[:2]))
        return (yield from self._patch(crop, size_of(image), self._samples(crop, strips, clipping)))

    def _finished(
        self, crop: Crop, image: FloatImage, patches: tuple[Patch, ...],
        metrics: Mapping[str, float], clipping: _Clipping,
    ) -> FinishedCrop:  # fmt: skip
        self.check()
        small = thumbnail(crop, image, alone=self.order.task.operation is Operation.CUT_OUT)
        scored = {**metrics, **_seam(crop, image, self.check)}
        return FinishedCrop(patches, small, scored, clipping=clipping)

    def _stream(self, crop: Crop, image: StreamedImage, metrics: Mapping[str, float]) -> Delivering:
        size = Size(image.width, image.height)
        clipping = _Clipping(total=size.area * image.channels)
        small = PassingThumbnail(size)
        strips = self._passing(image.strips, crop, small)
        patch = yield from self._patch(crop, size, self._samples(crop, strips, clipping))
        return FinishedCrop((patch,), small.made(), metrics, clipping=clipping)

    def _passing(
        self, strips: Iterable[FloatImage], crop: Crop, small: PassingThumbnail
    ) -> Iterator[FloatImage]:
        """Strips as they come, in bands, with the alpha that was asked for."""
        for strip in strips:
            for rows in bands(*strip.shape[:2]):
                self.check()
                band = with_alpha(strip[rows], crop.image, alpha_mode(self.order.task))
                small.see(band)
                yield band

    def _fitted(self, crop: Crop, image: FloatImage | StreamedImage) -> FloatImage | StreamedImage:
        """In the size it is wanted in: what was enlarged for its detail alone goes back. What is
        then as large as its crop is held whole: so is the crop."""
        task, wanted = self.order.task, size_of(crop.image)
        goes_back = task.operation is Operation.UPSCALE and not enlarges(task)
        self.check()
        if not isinstance(image, StreamedImage):
            return resize(image, wanted, check=self.check) if goes_back else image
        size, strips = Size(image.width, image.height), image.strips
        if goes_back:
            strips = resized_strips(strips, size, wanted)
        elif size != wanted:
            return image
        return _gathered(strips, wanted, self.check)

    def _patch(
        self, crop: Crop, size: Size, samples: Iterable[Samples]
    ) -> Generator[float, None, Patch]:
        format = self.order.task.canvas.format
        pixels = yield from self.writer.writing(size, format, samples)
        return Patch(self._region(crop, size), reference(pixels), self._mask(crop, size))

    def _samples(
        self, crop: Crop, strips: Iterable[FloatImage], clipping: _Clipping
    ) -> Iterator[Samples]:
        for strip in strips:
            band = crop.shading.to_document(strip, self.order.task.canvas.format)
            clipping.clipped += band.clipped
            yield band.samples

    def _mask(self, crop: Crop, size: Size) -> BlobRef | None:
        if crop.mask is None or crop.mask.shape != (size.height, size.width):
            return None
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
        picture = self.writer.write(size_of(small), THUMBNAIL_FORMAT, (small,))
        task = self.order.task
        variation = Variation(
            index=index,
            seed=task.seed + index,
            layers=self._layers(index, crops),
            provenance=self._provenance(index, crops),
            thumbnail=reference(picture),
            metrics={
                **_combined(crops),
                **seconds,
                "seconds_writing": self.writer.seconds,
                **peak_memory_metrics(),
            },
            colour=task.canvas.colour,
            remarks=_remarks(crops),
        )
        return WorkResult(variation, self.writer.hand_over())

    def _layers(self, index: int, crops: list[FinishedCrop]) -> tuple[ResultLayer, ...]:
        """From bottom to top."""
        task = self.order.task
        seed = task.seed + index
        count = max(len(crop.patches) for crop in crops)
        main = [
            ResultLayer(
                name=stack_name(layer_name(task, seed), number, count),
                region=self._layer_region(patches),
                patches=patches,
                scale=task.scale if task.scale and enlarges(task) else 1.0,
                placement=placement(task),
            )
            for number, patches in enumerate(by_layer([each.patches for each in crops]), 1)
        ]
        below, above = part_layers(task, seed, [part for crop in crops for part in crop.parts])
        return (*below, *main, *above)

    def _layer_region(self, patches: tuple[Patch, ...]) -> Rect:
        """What is cut out for a document of its own stays where it was: on the whole canvas."""
        task = self.order.task
        canvas = task.canvas
        is_apart = placement(task) is Placement.NEW_DOCUMENT
        stays = task.operation is Operation.CUT_OUT and is_apart
        if canvas.margins.is_empty and not stays:
            return bounding_rect(patch.region for patch in patches)
        whole = Rect.of_size(canvas.size)
        return whole.translated(-canvas.margins.left, -canvas.margins.top)

    def _provenance(self, index: int, crops: list[FinishedCrop]) -> Provenance:
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
            model_hash=self.origin.model_hash,
            device=self.origin.device,
            threads=self.threads,
            memory=memory_rung(crop.metrics for crop in crops),
            parameters=dict(task.parameters),
        )


def _masked_anew(crop: Crop, mask: FloatMask, check: Check) -> Crop:
    """The crop with a mask of the engine's own. What shows is what 8 bits hold of it."""
    made: Mask8 = quantised_mask(mask, check)
    return replace(crop, mask=made, weights=to_float_mask(made, check))


def _gathered(strips: Iterable[FloatImage], size: Size, check: Check) -> FloatImage:
    """:raises ValueError: the strips are no picture of that size"""
    image: FloatImage | None = None
    row = 0
    for strip in strips:
        check()
        if image is None:
            image = np.empty((size.height, size.width, strip.shape[2]), np.float32)
        image[row : row + strip.shape[0]] = strip
        row += strip.shape[0]
    if image is None or row != size.height:
        raise ValueError(f"{row} rows for a picture of {size}")
    return image


def _seam(crop: Crop, image: FloatImage, check: Check) -> dict[str, float]:
    if crop.mask is None or image.shape != crop.image.shape:
        return {}
    area = edited_area(crop.weights, _SEAM_MARGIN)
    window = (slice(area.y, area.bottom), slice(area.x, area.right))
    score = mixed_seam_score(crop.image[window], image[window], crop.weights[window], check)
    return {} if score is None else {"seam_score": score}


def _remarks(crops: list[FinishedCrop]) -> tuple[Remark, ...]:
    """Each once, however many crops it is true of."""
    every = dict.fromkeys(each for crop in crops for each in crop.notices)
    return tuple(Remark(each.id, each.text) for each in every)


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
