"""The contract between the worker and an engine.

An engine is a module with a :class:`~velatura_protocol.engines.EngineSpec` in ``specs.py`` and a
class with ``run``. It sees float32 numpy arrays and a context; never the host's format, the wire,
the mask's compositing or a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import Cancelled
from velatura_protocol.events import Phase
from velatura_protocol.messages import LayerPart
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation, Placement

FloatImage = NDArray[np.float32]
"""(height, width, channels) float32, straight alpha last: 2 channels (grey, alpha) or 4 (red,
green, blue, alpha). Nominal range 0..1; HDR and wide gamut may leave it. Alpha is always in
0..1."""

FloatMask = NDArray[np.float32]
"""(height, width) float32 in 0..1."""


@dataclass(frozen=True)
class CancelToken:
    """A flag shared with the supervisor: ``flag[0] == serial`` means stop this order.

    Comparing with the order's own serial keeps a late cancel from hitting the next order. Numba
    kernels take ``flag`` and ``serial`` and poll once a row.
    """

    flag: NDArray[np.int64]
    serial: int

    @property
    def is_set(self) -> bool:
        return bool(self.flag[0] == self.serial)

    def check(self, phase: Phase) -> None:
        """:raises Cancelled: the order is to stop"""
        if self.is_set:
            raise Cancelled(phase=phase.value)


@dataclass(frozen=True)
class EngineTask:
    """One crop, one variation.

    ``image`` and ``mask`` have the same height and width; ``mask`` is the M that will show (0 =
    keep), all ones where the operation takes the whole layer, and an engine may enlarge its own
    hole freely. ``images`` holds the other roles: ``style``, ``source``, ``reference``, ``palette``
    in sizes of their own, ``strokes`` in the crop's, all in the engine's colour. ``masks`` holds
    those that belong to the crop (``exclude``, ``protect``, ``guide``).
    """

    operation: Operation
    intent: Intent
    image: FloatImage
    mask: FloatMask
    seed: int
    images: Mapping[str, tuple[FloatImage, ...]] = field(
        default_factory=dict[str, tuple[FloatImage, ...]]
    )
    masks: Mapping[str, FloatMask] = field(default_factory=dict[str, FloatMask])
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
    prompt: str = ""
    avoid: str = ""
    strength: float = 1.0
    scale: float | None = None
    target: tuple[int, int] | None = None
    """(height, width) wanted of retarget and generate."""
    origin: tuple[int, int] = (0, 0)
    """(top, left) of the crop in the document's own pixels."""
    document: tuple[int, int] | None = None
    """(height, width) of the document, where it is known: an image of that size in another role
    lies on it pixel by pixel."""
    further: int = 0
    """So many variations of this crop come after this one, with the seeds that follow its own: an
    engine may work on several at once, and keep what it is not asked for yet."""
    grey: bool = False
    """The document is grey: the result's colour, whatever the engine's channels, will not show."""


@dataclass(frozen=True)
class EngineProgress:
    """``fraction`` of this crop and variation in 0..1; ``step`` of ``steps`` in the phase.
    ``together``: so many variations are as far, this one and those after it."""

    phase: Phase
    fraction: float
    step: int = 0
    steps: int = 0
    together: int = 1


@dataclass(frozen=True)
class EnginePreview:
    """What the crop looks like now, same channels as the input: in the crop's size; or in a smaller
    one, where a first glance at a large crop would otherwise take too long: a panel shows it, the
    canvas waits for the next; or, where the result has a size of its own (retarget), in any.

    ``mask``: of the picture's size, where the engine makes its own: the picture is shown by it,
    over nothing."""

    image: FloatImage
    mask: FloatMask | None = None


@dataclass(frozen=True)
class StreamedImage:
    """A picture too large to be held in float: ``strips`` yields its rows from top to bottom, each
    (rows, width, channels), once. 24 megapixels enlarged by two are 1.5 GB as one array.

    Each strip is made when it is asked for, so cancel is to be polled inside. All of them are asked
    for while ``run`` waits at the ``yield`` of its result, and may be written to by who asked; the
    progress told meanwhile is the share of rows that is done, and counts as this crop's.
    """

    height: int
    width: int
    channels: int
    strips: Iterator[FloatImage]


@dataclass(frozen=True)
class EngineLayer:
    """A further layer beside the result, for those who asked for it: the background behind what was
    cut out, a map of where pixels came from, a table of colours. ``placement`` is relative to the
    result (``BELOW``, ``ABOVE``) or ``NEW_DOCUMENT``, where it may have a size of its own;
    elsewhere it has the crop's size. ``mask`` None: all of it shows."""

    part: LayerPart
    image: FloatImage
    placement: Placement
    mask: FloatMask | None = None


@dataclass(frozen=True)
class StackedLayer:
    """One of the layers that a result is made of, of the crop's size; ``mask``: how much of it
    there is. What shows of all of them fades by M: outside of it the picture stays as it is,
    whatever the engine says."""

    image: FloatImage
    mask: FloatMask


@dataclass(frozen=True)
class EngineNotice:
    """What the artist should hear about a result: an id that the panel has a sentence for, and the
    words, name or step that it is about."""

    id: str
    text: str = ""


@dataclass(frozen=True)
class EngineResult:
    """The finished crop: full, uncomposited, same channels as the input. ``metrics`` are numbers
    worth keeping with the result (energy reached, source patches …).

    ``mask``: an M of the engine's own making instead of the one it was given, crop-sized; for a
    cut-out, whose mask is the answer. ``layers``: further ones, from bottom to top. ``stack``: what
    the result is made of, from bottom to top, instead of one layer; ``image`` is then what they
    look like over one another, for whoever can show but one.
    """

    image: FloatImage | StreamedImage
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    mask: FloatMask | None = None
    layers: tuple[EngineLayer, ...] = ()
    stack: tuple[StackedLayer, ...] = ()
    notices: tuple[EngineNotice, ...] = ()


EngineEvent = EngineProgress | EnginePreview | EngineResult


class EngineContext(Protocol):
    """The narrow door through which an engine sees its worker."""

    @property
    def cancel(self) -> CancelToken: ...

    @property
    def threads(self) -> int: ...

    def wants_preview(self) -> bool:
        """Whether a preview made now would be shown; False while the last one is still fresh."""
        ...


class Engine(Protocol):
    """``run`` yields progress and previews, and one :class:`EngineResult` as its last event.

    :raises Cancelled: soon (100 ms) after the context's flag is set
    :raises velatura_protocol.errors.JobFailed: with the reason as the user should hear it
    """

    spec: EngineSpec

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]: ...
