"""Control images from layers: strokes taken as drawn, pictures sent through a preprocessor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ....base import FloatImage
from ...painting.contract import RgbImage
from ..parameters import FROM_AUTO, FROM_LAYER, FROM_STROKES, READY
from . import preprocessors
from .kinds import ControlKind, Making
from .segment_palette import share_in_palette

LayerNetwork = Callable[[str, RgbImage], RgbImage]
"""Makes the control image of a kind by an installed network."""

_FINDERS: Mapping[str, Callable[[RgbImage], RgbImage]] = {
    "scribble": preprocessors.scribble,
    "line_art": preprocessors.line_art,
    "soft_edge": preprocessors.soft_edge,
    "canny": preprocessors.canny,
    "colour": preprocessors.colour_grid,
}
_TONE = 0.08
_MOSTLY = 0.8
_COLOURLESS = 0.02
_THERE = 0.5


def control_image(
    kind: ControlKind, layer: FloatImage, source: str, network: LayerNetwork | None
) -> RgbImage:
    """``layer``: (height, width, 4), straight alpha. ``source``: of ``parameters``. ``network``:
    None where none is installed for the kind."""
    colours, alpha = layer[..., :3], layer[..., 3]
    if source == FROM_AUTO:
        source = _source(kind, colours, alpha, network is not None)
    if source == FROM_STROKES:
        return preprocessors.drawn_lines(colours, alpha)
    if source == FROM_LAYER and kind.id in _FINDERS:
        return _FINDERS[kind.id](colours)
    if source == FROM_LAYER and network is not None:
        return (network(kind.id, colours) * _is_there(alpha)).astype(np.float32)
    # What is transparent on a control image says nothing, as its black does.
    return (colours * alpha[..., None]).astype(np.float32)


def surroundings(image: RgbImage, mask: NDArray[np.float32]) -> RgbImage:
    """The picture with -1 wherever anything is to be painted, as such networks were taught."""
    return np.where((mask > 0.0)[..., None], np.float32(-1.0), image).astype(np.float32)


def _source(kind: ControlKind, colours: RgbImage, alpha: NDArray[np.float32], able: bool) -> str:
    if kind.making is Making.LINES:
        drawn = preprocessors.is_drawing_on_nothing(alpha) or _is_drawn(colours)
        return FROM_STROKES if drawn else FROM_LAYER
    if kind.making is Making.NETWORK:
        return FROM_LAYER if able and not _is_ready(kind.id, colours, alpha) else READY
    return FROM_LAYER if kind.id in _FINDERS else READY


def _is_drawn(colours: RgbImage) -> bool:
    """Black on white or white on black, and little else."""
    return _is_colourless(colours) and max(_share_near(colours, 0.0), _share_near(colours, 1.0)) > (
        _MOSTLY
    )


def _is_there(alpha: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(height, width, 1). Hard, for there is nothing between two kinds of thing."""
    return (alpha >= _THERE)[..., None]


def _is_ready(kind: str, colours: RgbImage, alpha: NDArray[np.float32]) -> bool:
    """Maps of depth have no colours; segments have the palette's, and not its greys alone, which
    drawings have as well; sticks stand on black."""
    if kind == "depth":
        return _is_colourless(colours)
    if kind == "segmentation":
        shown = colours[alpha >= _THERE]
        mapped = shown.size > 0 and share_in_palette(shown) > _MOSTLY
        return mapped and not _is_colourless(shown)
    return _share_near(colours, 0.0) > _MOSTLY


def _is_colourless(colours: RgbImage) -> bool:
    return float(np.ptp(colours, axis=-1).mean()) < _COLOURLESS


def _share_near(colours: RgbImage, tone: float) -> float:
    return float((np.abs(colours - tone).max(axis=2) < _TONE).mean())
