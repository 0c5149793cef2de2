"""One order for a painting: what all of its passes share, and how a pass becomes events."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

import numpy as np

from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.tasks import Operation, Role

from ....imaging.banded import Check, in_bands, row_bands, unchecked
from ...base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    FloatMask,
)
from ..painting.contract import (
    Notice,
    Painted,
    Painter,
    PaintPreview,
    PaintProgress,
    PaintRequest,
    RgbImage,
    Seamless,
    Wording,
)
from ..quality.canvas import canvas_of, to_crop
from ..quality.frames import into_frame, scaled, window
from ..quality.options import QualityOptions, Together
from ..quality.plan import Frame

Painting = Generator[EngineEvent, None, RgbImage]
DEFAULT_SCALE = 2.0
"""Of an enlargement that does not say how far."""

Adapting = Callable[[EngineTask, PaintRequest], PaintRequest]
"""Adds what the task says about control, references, LoRAs, prompt syntax and sampling."""


@dataclass(frozen=True)
class Share:
    """A part of an order's progress."""

    start: float
    length: float

    def at(self, fraction: float) -> float:
        return min(1.0, self.start + self.length * min(1.0, max(0.0, fraction)))

    def part(self, start: float, length: float) -> Share:
        return Share(self.start + start * self.length, self.length * length)


@dataclass
class Findings:
    """What painters reported on the way."""

    notices: list[Notice] = field(default_factory=list[Notice])
    metrics: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, painted: Painted) -> None:
        self.notices += [each for each in painted.notices if each not in self.notices]
        self.metrics.update(painted.metrics)
        self.metrics["passes"] = self.metrics.get("passes", 0.0) + 1.0

    def result(self, image: FloatImage) -> EngineResult:
        return EngineResult(image, self.metrics, notices=tuple(self.notices))


@dataclass(frozen=True)
class PaintOrder:
    """``adapt`` is called once a pass, with the task's pictures cut and scaled to its frame."""

    task: EngineTask
    context: EngineContext
    painter: Painter
    options: QualityOptions
    adapt: Adapting
    findings: Findings = field(default_factory=Findings)

    def check(self, phase: Phase = Phase.STEPPING) -> None:
        """:raises Cancelled: the order is to stop"""
        self.context.cancel.check(phase)

    def paint(
        self, frame: Frame, share: Share, image: RgbImage | None, mask: FloatMask | None,
        strength: float, *, instruction: bool = False, seed: int = 0, together: bool = False,
    ) -> Painting:  # fmt: skip
        """One pass: ``image`` and ``mask`` have the frame's outer size already; so has what comes
        back. ``seed`` is added to the task's. ``together``: of the variations to come this pass is
        the same but for the seed."""
        request = PaintRequest(
            height=frame.outer.height,
            width=frame.outer.width,
            seed=self.task.seed + seed,
            wording=Wording(self.task.prompt, self.task.avoid),
            image=image,
            mask=mask,
            strength=strength,
            instruction=instruction,
            seamless=seamless_of(self.task),
            siblings=self._siblings() if together else (),
            hurried=self.options.together is Together.AUTO,
        )
        request = self.adapt(framed(self.task, frame, self.check), request)
        painted: Painted | None = None
        for event in self.painter.paint(request, self.context):
            self.check()
            if isinstance(event, Painted):
                painted = event
            elif isinstance(event, PaintProgress):
                yield _progress(event, share)
            elif self.context.wants_preview():
                yield self._preview(event, frame)
        if painted is None:
            raise RuntimeError("a painter ended without a picture")
        self.findings.add(painted)
        return in_bands(self.check, _in_numbers, painted.image)

    def _siblings(self) -> tuple[int, ...]:
        if self.options.together is Together.NEVER:
            return ()
        return tuple(self.task.seed + 1 + each for each in range(self.task.further))

    def _preview(self, preview: PaintPreview, frame: Frame) -> EnginePreview:
        """The latents' picture in its place; where another size than the crop's is painted
        (generate, upscale) over all of it."""
        image = in_bands(self.check, _finite, self.task.image)
        height, width, channels = image.shape
        outside = frame.region.right > width or frame.region.bottom > height
        place = (slice(0, height), slice(0, width)) if outside else window(frame.region)
        size = Size(*reversed(image[place].shape[:2]))
        shown = scaled(_inner(preview, frame), size, check=self.check)
        goal = image[place]
        for rows in row_bands(*shown.shape[:2]):
            self.check()
            opaque = np.ones(shown[rows].shape[:2], np.float32)
            goal[rows] = to_crop(np.clip(shown[rows], 0.0, 1.0), opaque, channels)
        return EnginePreview(image)


def _finite(image: FloatImage) -> FloatImage:
    return np.where(np.isfinite(image), image, np.float32(0.0))


def _in_numbers(image: RgbImage) -> RgbImage:
    return np.nan_to_num(image, nan=0.0, posinf=1.0, neginf=0.0)


def _inner(preview: PaintPreview, frame: Frame) -> RgbImage:
    """Without what was padded."""
    small = np.clip(np.nan_to_num(preview.image), 0.0, 1.0)
    rows = round(small.shape[0] * frame.inner.height / frame.outer.height)
    columns = round(small.shape[1] * frame.inner.width / frame.outer.width)
    return np.ascontiguousarray(small[: max(1, rows), : max(1, columns)])


def _progress(event: PaintProgress, share: Share) -> EngineProgress:
    at = share.at(event.fraction)
    return EngineProgress(event.phase, at, event.step, event.steps, event.together)


def seamless_of(task: EngineTask) -> Seamless:
    """The parameter ``tile``; a selection has nothing opposite it."""
    return Seamless(str(task.parameters.get("tile", "none")))


def framed(task: EngineTask, frame: Frame, check: Check = unchecked) -> EngineTask:
    """The task as a pass sees it: pictures that lie on the crop or on the document pixel by pixel
    (control layers, strokes) are cut to the frame's region and have its outer size."""
    images = {
        role: tuple(_framed(task, frame, each, check) for each in pictures)
        if _lies_on(role)
        else pictures
        for role, pictures in task.images.items()
    }
    return replace(task, images=images)


def _lies_on(role: str) -> bool:
    return role.startswith(Role.CONTROL_PREFIX) or role == Role.STROKES


def _framed(task: EngineTask, frame: Frame, picture: FloatImage, check: Check) -> FloatImage:
    lying = scaled(_under(task, frame, picture), frame.region.size, check=check)
    return _fitted(frame, lying, check)


def _under(task: EngineTask, frame: Frame, picture: FloatImage) -> FloatImage:
    """The part of a picture that lies under the frame's region; all of it, where it has a size of
    its own or the crop is given another one."""
    height, width = picture.shape[:2]
    top, left = task.origin
    region = frame.region
    if task.operation is Operation.GENERATE:
        return picture
    if task.operation is Operation.UPSCALE:
        region = _before_enlarging(task, region)
    if (height, width) == task.image.shape[:2]:
        return picture[window(region)]
    on_document = region.translated(left, top)
    inside = min(on_document.x, on_document.y) >= 0
    inside = inside and on_document.right <= width and on_document.bottom <= height
    if (height, width) == task.document and inside:
        return picture[window(on_document)]
    return picture


def _before_enlarging(task: EngineTask, region: Rect) -> Rect:
    """The crop's pixels from which a region of the enlarged one comes."""
    height, width = task.image.shape[:2]
    scale = task.scale if task.scale is not None else DEFAULT_SCALE
    top, left = min(height - 1, int(region.y / scale)), min(width - 1, int(region.x / scale))
    bottom = max(top + 1, min(height, round(region.bottom / scale)))
    right = max(left + 1, min(width, round(region.right / scale)))
    return Rect(left, top, right - left, bottom - top)


def _fitted(frame: Frame, picture: FloatImage, check: Check) -> FloatImage:
    seen = in_bands(check, _with_alpha, canvas_of(picture, check).colours, picture)
    return into_frame(frame, seen, check)


def _with_alpha(colours: RgbImage, picture: FloatImage) -> FloatImage:
    alpha = np.clip(np.nan_to_num(picture[..., -1:]), 0.0, 1.0)
    return np.concatenate([colours, alpha], axis=2)
