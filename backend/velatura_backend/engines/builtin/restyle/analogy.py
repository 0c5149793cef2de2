"""A picture put together from pieces of another one: guided image analogy.

Hertzmann et al., Image Analogies, SIGGRAPH 2001, on the two-image synthesis of
:mod:`..patchmatch.synthesis`. What tells it which piece goes where is tone, colour and direction:
the picture's, in the style's colours, against the style's own, blurred until its strokes are tones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from velatura_protocol.geometry import Size

from ....imaging.resize import resize
from ...base import FloatImage
from ..patchmatch.distance import SIDE
from ..patchmatch.kernels import BoolMask, Floats
from ..patchmatch.lanes import Lanes
from ..patchmatch.picking import extremes, selected
from ..patchmatch.synthesis import Problem, SynthesisSettings, synthesise
from .combine import Fine
from .paint.blur import blurred
from .paint.guide import Reduced, luminance, make_guide, reduced, shrunk

MOST_PIXELS = 1 << 20
"""Of the working size: beyond, pieces are laid at a reduced size and the result is enlarged."""

_STYLE_BLUR = 3.5
_OWN_BLUR = 1.2
_DIRECTION = 0.22
_COLOUR = 0.55
_QUANTILES = 256
_LINE, _LINE_GAIN = 3.0, 1.3
_SHADE, _SHADE_GAIN = 5.0, 0.8
_DETAIL = 0.03


@dataclass(frozen=True)
class Analogy:
    """``content``: the picture in the colours it is to have, reduced; ``style``: the style in those
    colours at the working scale, and where it is ``usable``. ``care``, ``sharp``: 0..1."""

    content: Reduced
    style: Floats
    usable: BoolMask
    care: float
    sharp: float
    seed: int


@dataclass(frozen=True)
class AnalogyStage:
    """``colours``: (h, w, 3), whatever size it has come to."""

    fraction: float
    colours: Floats
    level_done: bool


def style_scale(style: FloatImage, content: Reduced, stroke_size: float) -> float:
    """What the style is to be resized by: a large painting to the picture's size, so that strokes
    are as large in it as they were in the painting; a swatch stays as it is; times the stroke size.
    """
    own = (style.shape[0] * style.shape[1]) ** 0.5
    working = (content.colour.shape[0] * content.colour.shape[1]) ** 0.5
    scale = min(1.0, max(working, 256.0) / own) * stroke_size
    return min(scale, MOST_PIXELS**0.5 / own)


def resized_style(style: FloatImage, scale: float, lanes: Lanes) -> FloatImage:
    """(h, w, 4), finite, 0..1; never smaller than a few patches, where the style is not.

    :raises Cancelled: the order is to stop
    """
    height, width = style.shape[:2]
    scale = max(scale, min(1.0, 4 * SIDE / max(1, min(height, width))))
    size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    blocks = shrunk(np.ascontiguousarray(style), max(1, int(1.0 / scale)), lanes)
    return resize(lanes.over(_straight, blocks), size, check=lanes.check)


def _straight(blocks: FloatImage) -> FloatImage:
    result = blocks.copy()
    result[..., :3] /= np.where(blocks[..., 3:] > 0.0, blocks[..., 3:], 1.0)
    return result


def analogy(task: Analogy, lanes: Lanes) -> Iterator[AnalogyStage]:
    """Yields stages; the last has fraction 1 and the content's size.

    :raises NoSource: the style has not one whole piece that is opaque
    :raises Cancelled: the order is to stop
    """
    own, theirs, detail = _guides(task, lanes)
    care = task.care
    floor = 1.0 - 0.65 * task.sharp
    problem = Problem(
        source=task.style,
        initial=task.content.colour,
        usable=task.usable,
        source_guides=theirs,
        target_guides=own,
        guide_map=np.asarray(floor + (1.0 - floor) * detail, np.float32),
    )
    settings = SynthesisSettings(
        guide_weight=0.35 * (14.0**care),
        usage=0.02,
        coarsest=48,
        coarse_rounds=6,
        rounds=3,
        fine_rounds=2,
        wide_spread=0.5,
        narrow_spread=0.1,
        final_reach=1,
    )
    for stage in synthesise(problem, settings, task.seed, lanes):
        colours = stage.colours
        if stage.fraction == 1.0:
            colours = _readable(task, colours, own[..., 3], detail, lanes)
        yield AnalogyStage(stage.fraction, colours, stage.level_done)


def _readable(task: Analogy, made: Floats, tone: Floats, detail: Floats, lanes: Lanes) -> Floats:
    """Where pieces cannot show what the picture does: its own lines over them, and when it is to be
    very faithful, its lights and shadows. Tones only, and no lighter or darker than the style."""
    own = luminance(task.content.colour)
    lines = own - blurred(own, _LINE, lanes)
    lanes.check()
    change = np.float32(_LINE_GAIN * task.sharp) * detail * lines
    shading = max(0.0, 2.0 * task.care - 1.0)
    if shading > 0.0:
        wide = blurred(tone, _SHADE, lanes) - blurred(luminance(made), _SHADE, lanes)
        change = change + np.float32(_SHADE_GAIN * shading) * wide
    channels = range(task.style.shape[2])
    span = [extremes(task.style[..., each], task.usable, lanes) for each in channels]
    least, most = (np.array(each, np.float32) for each in zip(*span, strict=True))

    def added(made: Floats, change: Floats) -> Floats:
        return np.clip(made + change[..., None], least, most).astype(np.float32)

    return lanes.over(added, made, change)


def _guides(task: Analogy, lanes: Lanes) -> tuple[Floats, Floats, Floats]:
    """The picture's and the style's, (h, w, 6) each, and the picture's detail (h, w), 0..1."""
    style = Reduced(task.style, 1.0)
    theirs = make_guide(style, _STYLE_BLUR, 2.0 * _STYLE_BLUR, task.seed, lanes)
    own = make_guide(
        Reduced(task.content.colour, 1.0), _OWN_BLUR, 2.0 * _STYLE_BLUR, task.seed, lanes
    )
    tone = blurred(luminance(task.content.colour), _OWN_BLUR, lanes)
    wanted = selected(theirs.tone, task.usable, lanes) if task.usable.any() else theirs.tone
    matched = _matched(tone, wanted, lanes)
    return (
        lanes.over(_stacked, own.colour, matched, own.cosine, own.sine, own.detail),
        lanes.over(_stacked, theirs.colour, theirs.tone, theirs.cosine, theirs.sine, theirs.detail),
        own.detail,
    )


def _stacked(colour: Floats, tone: Floats, cosine: Floats, sine: Floats, detail: Floats) -> Floats:
    """A direction and its opposite are the same: the doubled angle says so."""
    strength = _DIRECTION * detail
    double = np.stack([(cosine * cosine - sine * sine), 2.0 * cosine * sine], axis=-1)
    parts = (_COLOUR * colour, tone[..., None], strength[..., None] * double)
    return np.ascontiguousarray(np.concatenate(parts, axis=2), np.float32)


def _matched(values: Floats, wanted: Floats, lanes: Lanes) -> Floats:
    """Values in the same order, distributed as the wanted ones."""
    share = np.linspace(0.0, 1.0, _QUANTILES)
    before = np.quantile(values.ravel()[:: 1 + values.size // 100_000], share)
    after = np.quantile(wanted.ravel()[:: 1 + wanted.size // 100_000], share)
    before = before + np.arange(_QUANTILES) * 1e-7  # interp wants them to rise
    lanes.check()
    return lanes.over(lambda band: np.interp(band, before, after).astype(np.float32), values)


def working_content(image: FloatImage, lanes: Lanes) -> Reduced:
    """The picture at the size pieces are laid at.

    :raises Cancelled: the order is to stop
    """
    height, width = image.shape[:2]
    factor = max(1, int(np.ceil((height * width / MOST_PIXELS) ** 0.5)))
    return reduced(image, lanes, factor)


def fine_lines(content: Reduced, sharp: float, lanes: Lanes) -> Fine | None:
    """What :func:`analogy` does with lines, for those that are too fine for the working size; None
    where there are none. ``content``: in the picture's own colours.

    :raises Cancelled: the order is to stop
    """
    if content.factor <= 1.0:
        return None
    tone = luminance(content.colour)
    down, across = np.gradient(blurred(tone, _OWN_BLUR, lanes))
    lanes.check()
    energy = blurred(np.hypot(down, across), _OWN_BLUR, lanes)
    detail = energy / (energy + np.float32(_DETAIL))
    return Fine(tone, np.asarray(_LINE_GAIN * sharp * detail, np.float32))
