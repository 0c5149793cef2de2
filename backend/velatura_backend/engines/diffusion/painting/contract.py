"""The contract between what knows the picture and what knows the model.

``engine`` and ``quality`` decide where to work, at which size, over what pre-fill, and how the
outcome joins what is around it; a :class:`Painter` paints a rectangle by a prompt with one family's
model. Neither imports torch through this page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.events import Phase

from ...base import EngineContext, EngineNotice, FloatImage, FloatMask

RgbImage = NDArray[np.float32]
"""(height, width, 3) float32, sRGB-encoded, nominal range 0..1."""


class Seamless(Enum):
    """Which borders are to join their opposites."""

    NONE = "none"
    X = "x"
    Y = "y"
    BOTH = "both"


class ReferenceKind(Enum):
    """What is taken from a reference picture."""

    CONTENT = "content"
    STYLE = "style"
    COMPOSITION = "composition"


@dataclass(frozen=True)
class Control:
    """A picture that steers the structure. ``kind``: scribble, line_art, soft_edge, canny, depth,
    pose, segmentation, tile, inpaint. ``image`` has the request's size. It acts between the shares
    ``start`` and ``end`` of the steps. ``model`` is the id of the installed network, empty for the
    best one."""

    kind: str
    image: RgbImage
    weight: float = 1.0
    start: float = 0.0
    end: float = 1.0
    model: str = ""


@dataclass(frozen=True)
class Reference:
    """A picture to take content, style or composition from; a size of its own."""

    image: RgbImage
    kind: ReferenceKind = ReferenceKind.CONTENT
    weight: float = 1.0
    model: str = ""


@dataclass(frozen=True)
class Lora:
    """``model``: id or name of an installed one."""

    model: str
    weight: float = 1.0


@dataclass(frozen=True)
class Wording:
    """What to paint and what not, wildcards and ``<lora:…>`` already taken out; weights such as
    ``(velvet:1.3)`` are still in the text."""

    prompt: str = ""
    avoid: str = ""


@dataclass(frozen=True)
class Sampling:
    """``steps`` 0, ``guidance`` below 0, ``sampler`` empty: the model's own default."""

    steps: int = 0
    guidance: float = -1.0
    sampler: str = ""


@dataclass(frozen=True)
class PaintRequest:
    """One rectangle. ``height`` and ``width`` are multiples of the traits' ``multiple``.

    ``image`` None: from noise alone. ``mask``: (height, width), 1 = to paint, 0 = to keep, between:
    the share of the denoising that may change the pixel (differential diffusion); None = all of it.
    ``strength`` in 0..1 is the share of the noise schedule that is run: 1 starts from pure noise.
    ``instruction``: the prompt tells what to change about ``image`` (edit models).

    ``siblings``: seeds of requests that will be this one but for the seed: they may be painted with
    it, and are handed out when they are asked for; ``hurried``: only if all together are done
    sooner. ``previewer``: id of the installed tiny autoencoder that makes previews; empty: they are
    made without one. ``layers``: of so many it is to be made, by models that can; 0: one picture is
    all that is wanted.
    """

    height: int
    width: int
    seed: int
    wording: Wording = Wording()
    image: RgbImage | None = None
    mask: FloatMask | None = None
    strength: float = 1.0
    instruction: bool = False
    sampling: Sampling = Sampling()
    controls: tuple[Control, ...] = ()
    references: tuple[Reference, ...] = ()
    loras: tuple[Lora, ...] = ()
    seamless: Seamless = Seamless.NONE
    safety: bool = False
    siblings: tuple[int, ...] = ()
    hurried: bool = True
    previewer: str = ""
    layers: int = 0


@dataclass(frozen=True)
class PaintProgress:
    """``fraction`` of this request in 0..1; ``step`` of ``steps`` while stepping. ``together``: so
    many requests are as far, this one and siblings."""

    phase: Phase
    fraction: float
    step: int = 0
    steps: int = 0
    together: int = 1


@dataclass(frozen=True)
class PaintPreview:
    """What the latents look like, in the latents' size; to be enlarged by whoever shows it. Of the
    request itself: pictures of its siblings in between would only flicker."""

    image: RgbImage


Notice = EngineNotice


@dataclass(frozen=True)
class Painted:
    """``image`` in the request's size, computed in float, not clipped to 8 bit anywhere.
    ``notices`` are what the user should hear, as ids with parameters (``prompt_truncated``,
    ``stepped_down``); ``metrics`` are numbers worth keeping. ``siblings``: pictures painted with
    it, by their seeds. ``layers``: those that were wanted, from bottom to top, each (height, width,
    4), straight alpha; laid over one another they are about what ``image`` shows."""

    image: RgbImage
    notices: tuple[Notice, ...] = ()
    metrics: tuple[tuple[str, float], ...] = ()
    siblings: tuple[tuple[int, RgbImage], ...] = ()
    layers: tuple[FloatImage, ...] = ()


PaintEvent = PaintProgress | PaintPreview | Painted


@dataclass(frozen=True)
class Traits:
    """What a painter's model takes. Areas in pixels; sides in pixels, of the native pass.

    ``masks``: it has channels for a mask and sees what it is to leave. ``edits``: it takes
    instructions. ``references``: it takes reference pictures without further models.
    ``guided``: guidance and an ``avoid`` text mean something to it. ``layers``: of how many its
    pictures usually are made; 0: they are in one piece.
    """

    multiple: int
    native_area: int
    min_area: int
    max_area: int
    min_side: int
    max_side: int
    latent_factor: int = 8
    masks: bool = False
    edits: bool = False
    references: bool = False
    guided: bool = True
    layers: int = 0


class Painter(Protocol):
    """Yields progress and previews, and one :class:`Painted` as its last event.

    :raises Cancelled: within a step or 250 ms, in every phase
    :raises velatura_protocol.errors.JobFailed: with the reason as the user should hear it
    """

    @property
    def traits(self) -> Traits: ...

    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]: ...
