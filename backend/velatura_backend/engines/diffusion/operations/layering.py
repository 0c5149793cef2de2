"""Pictures in layers: of a model that takes them apart, the layers come and not the whole alone.

Such a model begins every layer from noise and looks at the picture beside it: there is nothing
else to begin from, for the picture as a whole is none of its layers. What surrounds the painting
(pre-fill, colour match, grain) works on the whole; what it changes there it changes in each layer,
so that over one another they still are the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Operation

from ....imaging.resize import resize
from ...base import EngineEvent, EngineResult, EngineTask, FloatImage, FloatMask, StackedLayer
from ..layer_parameters import LAYERS
from ..painting.contract import Painted, PaintRequest, RgbImage, Traits
from ..quality.canvas import to_crop
from ..quality.frames import unpadded, window
from ..quality.options import QualityOptions
from ..quality.plan import Frame
from .paint_order import Adapting, Findings, Painting, PaintOrder, Share


def layers_wanted(task: EngineTask, traits: Traits) -> int:
    """0: one picture. What is only enlarged stays in one piece: it is painted tile by tile."""
    if not traits.layers or task.operation is Operation.UPSCALE:
        return 0
    value = task.parameters.get(LAYERS, traits.layers)
    return int(value) if isinstance(value, int | float) else traits.layers


@dataclass
class LayerFindings(Findings):
    """What was painted last, and where: in the frame's outer size."""

    whole: RgbImage | None = None
    layers: tuple[FloatImage, ...] = ()
    frame: Frame | None = None

    def add(self, painted: Painted) -> None:
        super().add(painted)
        self.whole, self.layers = painted.image, painted.layers


@dataclass(frozen=True)
class LayeringEasel(PaintOrder):
    """Paints all of its frame in layers, whatever the mask: that decides what shows."""

    findings: LayerFindings = field(default_factory=LayerFindings)

    def paint(
        self, frame: Frame, share: Share, image: RgbImage | None, mask: FloatMask | None,
        strength: float, *, instruction: bool = False, seed: int = 0, together: bool = False,
    ) -> Painting:  # fmt: skip
        del mask, strength, together
        self.findings.frame = frame
        return super().paint(frame, share, image, None, 1.0, instruction=instruction, seed=seed)


def layering_easel(paint_order: PaintOrder, count: int) -> LayeringEasel:
    """One pass is all there is: a second one over the first would take apart something else."""

    def adapt(task: EngineTask, request: PaintRequest) -> PaintRequest:
        return replace(paint_order.adapt(task, request), layers=count)

    adapting: Adapting = adapt
    options: QualityOptions = replace(paint_order.options, second_pass=0.0)
    return LayeringEasel(
        paint_order.task, paint_order.context, paint_order.painter, options, adapting
    )


def with_layers(paint_order: LayeringEasel, events: Iterator[EngineEvent]) -> Iterator[EngineEvent]:
    """``events`` of a painting of that order, whose result then has its layers."""
    for event in events:
        if isinstance(event, EngineResult) and paint_order.findings.layers:
            yield replace(event, stack=_stack(paint_order, event))
        else:
            yield event


def _stack(paint_order: LayeringEasel, result: EngineResult) -> tuple[StackedLayer, ...]:
    findings = paint_order.findings
    if findings.frame is None or findings.whole is None or not isinstance(result.image, np.ndarray):
        raise RuntimeError("layers of nothing that was painted")
    frame, image = findings.frame, result.image
    change = _change(frame, findings.whole, image[window(frame.region)])
    found: list[StackedLayer] = []
    for each in findings.layers:
        paint_order.check()
        layer = resize(_own(frame, each), frame.region.size)
        found.append(_laid(layer, change, frame.region, image))
    return tuple(found)


def _own(frame: Frame, painted: FloatImage) -> FloatImage:
    """Without what was padded; nothing in it is what it may not be."""
    inner = np.nan_to_num(unpadded(frame, painted), nan=0.0, posinf=1.0, neginf=0.0)
    return np.ascontiguousarray(inner, np.float32)


def _change(frame: Frame, whole: RgbImage, finished: FloatImage) -> NDArray[np.float32]:
    """(height, width, 1 | 3) of the region: what was done to the whole after it was painted.
    Where the result is the picture itself, or shows nothing, that says nothing about layers; M
    hides it there."""
    opaque = np.ones((*whole.shape[:2], 1), np.float32)
    raw = resize(_own(frame, np.concatenate([whole, opaque], axis=2)), frame.region.size)
    painted = _in_channels(raw, finished.shape[2])
    with np.errstate(invalid="ignore", over="ignore"):
        change = finished[..., :-1] - painted
    seen = np.isfinite(change) & (finished[..., -1:] > 0.0)
    return np.where(seen, change, np.float32(0.0))


def _in_channels(layer: FloatImage, channels: int) -> NDArray[np.float32]:
    """The layer's colours, grey where the result is; also where it is transparent."""
    opaque = np.ones(layer.shape[:2], np.float32)
    return to_crop(np.ascontiguousarray(layer[..., :3]), opaque, channels)[..., :-1]


def _laid(
    layer: FloatImage, change: NDArray[np.float32], region: Rect, image: FloatImage
) -> StackedLayer:
    """On a crop of the result's size. How much of it shows is its mask's to say; its pixels are as
    opaque as the result's, for what a document makes of that is the same for all layers."""
    size = Size(image.shape[1], image.shape[0])
    place = window(region)
    laid = np.zeros((size.height, size.width, image.shape[2]), np.float32)
    laid[..., -1] = image[..., -1]
    laid[place][..., :-1] = _in_channels(layer, image.shape[2]) + change
    mask = np.zeros((size.height, size.width), np.float32)
    mask[place] = np.clip(layer[..., 3], 0.0, 1.0)
    return StackedLayer(laid, mask)
