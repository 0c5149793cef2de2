"""Further layers beside a result: files of each crop's, joined into one layer of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from velatura_protocol.geometry import Rect, bounding_rect
from velatura_protocol.messages import BlobRef, LayerPart, Patch, ResultLayer
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Placement, Task

from ...engines.base import EngineLayer, FloatMask
from ...imaging.arrays import Samples, bands, size_of
from ...imaging.masks import quantised_mask
from .description import part_name, part_placement
from .inputs import Crop
from .outputs import ResultWriter, reference
from .shading import Check


@dataclass(frozen=True)
class FinishedPart:
    """``wanted``: where the engine puts it. ``lies_on_crop`` False: it has a size of its own and
    lies nowhere in the document."""

    part: LayerPart
    wanted: Placement
    patch: Patch
    lies_on_crop: bool


@dataclass(frozen=True)
class PartWriter:
    task: Task
    writer: ResultWriter
    check: Check

    def write(self, crop: Crop, layers: Sequence[EngineLayer]) -> tuple[FinishedPart, ...]:
        """In the canvas's format and encoding, each.

        :raises ValueError: a layer that is to lie on the crop has another size
        """
        return tuple(self._written(crop, layer) for layer in layers)

    def _written(self, crop: Crop, layer: EngineLayer) -> FinishedPart:
        self.check()
        size = size_of(layer.image)
        fits = size == crop.region.size
        if not fits and layer.placement is not Placement.NEW_DOCUMENT:
            raise ValueError(f"a {layer.part.value} of {size} for a crop of {crop.region.size}")
        pixels = self.writer.write(size, self.task.canvas.format, self._samples(crop, layer))
        region = crop.region if fits else Rect.of_size(size)
        mask = None if layer.mask is None else self._mask(layer.mask)
        patch = Patch(region, reference(pixels), mask)
        return FinishedPart(layer.part, layer.placement, patch, fits)

    def _samples(self, crop: Crop, layer: EngineLayer) -> Iterator[Samples]:
        format = self.task.canvas.format
        for rows in bands(*layer.image.shape[:2]):
            yield crop.shading.to_document(layer.image[rows], format).samples

    def _mask(self, mask: FloatMask) -> BlobRef:
        made = quantised_mask(mask, self.check)
        return reference(self.writer.write(size_of(made), MASK_FORMAT, (made,)))


def part_layers(
    task: Task, seed: int, parts: Sequence[FinishedPart]
) -> tuple[tuple[ResultLayer, ...], tuple[ResultLayer, ...]]:
    """Those that lie below the main layer and those above it, each from bottom to top."""
    below: list[ResultLayer] = []
    above: list[ResultLayer] = []
    for kind, wanted in dict.fromkeys((each.part, each.wanted) for each in parts):
        own = [each for each in parts if (each.part, each.wanted) == (kind, wanted)]
        layer = _joined(task, seed, own)
        (below if wanted is Placement.BELOW else above).append(layer)
    return tuple(below), tuple(above)


def _joined(task: Task, seed: int, parts: Sequence[FinishedPart]) -> ResultLayer:
    """One layer of the crops' patches; of what lies nowhere there is one: the first crop's."""
    first = parts[0]
    patches = tuple(each.patch for each in parts if each.lies_on_crop) or (first.patch,)
    return ResultLayer(
        name=part_name(first.part, seed),
        region=bounding_rect(patch.region for patch in patches),
        patches=patches,
        placement=part_placement(task, first.wanted),
        part=first.part,
    )
