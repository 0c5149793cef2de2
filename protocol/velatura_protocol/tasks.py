"""What a client asks for: one :class:`Task`, complete at capture, for every operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from .fields import Id, Natural, Positive
from .geometry import Margins, Rect, Size
from .parameters import ParameterValue
from .pixels import ColourSpace, PixelFormat


class Operation(Enum):
    FILL = "fill"
    RESTYLE = "restyle"
    UPSCALE = "upscale"
    VARY = "vary"
    TILE = "tile"
    RETARGET = "retarget"
    GENERATE = "generate"
    RESTORE = "restore"
    RECOLOUR = "recolour"
    CUT_OUT = "cut_out"


class Intent(Enum):
    """What a fill is for; other operations have ``NONE``."""

    NONE = "none"
    REMOVE = "remove"
    FILL = "fill"
    ADD = "add"
    EXPAND = "expand"
    REPLACE_BACKGROUND = "replace_background"


class SampleSource(Enum):
    """Which pixels the host captured: the canvas up to the active layer, all of it, or that layer
    alone. A record for the history; the pixels themselves are in the ``image`` inputs."""

    BELOW = "below"
    VISIBLE = "visible"
    LAYER = "layer"


class AlphaMode(Enum):
    """The result's alpha: the input's, fully opaque, or what the engine made."""

    KEEP = "keep"
    OPAQUE = "opaque"
    CUT_OUT = "cut_out"


class Placement(Enum):
    """Where a result goes: onto the canvas, over or under the layer it is of or on top of all;
    into a document of its own; or onto a canvas that takes its size."""

    ABOVE = "above"
    BELOW = "below"
    TOP = "top"
    NEW_DOCUMENT = "new_document"
    RESIZE_DOCUMENT = "resize_document"


class EdgeKind(Enum):
    EXACT = "exact"
    GROW = "grow"
    FEATHER = "feather"


@dataclass(frozen=True)
class Edge:
    """How the mask M is made of the selection: as drawn, grown, or feathered by ``pixels``."""

    kind: EdgeKind = EdgeKind.EXACT
    pixels: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.pixels <= 4096.0:
            raise ValueError("an edge is between 0 and 4096 pixels wide")

    @property
    def reach(self) -> int:
        """How far M may reach outside the drawn selection, in whole pixels.

        A feather is a Gaussian with a standard deviation of half its width, cut at its width.
        """
        return 0 if self.kind is EdgeKind.EXACT else int(-(-self.pixels // 1))


class Role:
    """Names of input roles. A control image is ``control:<kind>``."""

    IMAGE = "image"
    MASK = "mask"
    EXCLUDE = "exclude"
    SOURCE = "source"
    PROTECT = "protect"
    GUIDE = "guide"
    STYLE = "style"
    REFERENCE = "reference"
    PALETTE = "palette"
    STROKES = "strokes"
    CONTROL_PREFIX = "control:"

    ALL = frozenset(
        (IMAGE, MASK, EXCLUDE, SOURCE, PROTECT, GUIDE, STYLE, REFERENCE, PALETTE, STROKES)
    )

    @classmethod
    def is_known(cls, role: str) -> bool:
        return role in cls.ALL or (
            role.startswith(cls.CONTROL_PREFIX) and len(role) > len(cls.CONTROL_PREFIX)
        )


@dataclass(frozen=True)
class Input:
    """A blob in a role. ``region`` places it on the canvas; a style or a palette lies nowhere and
    has only its size. Inputs with the role ``image`` are the context crops: several of them mean
    several far-apart places in one job. A ``mask``, ``exclude``, ``protect``, ``guide``
    or ``strokes`` input belongs to the crop with the same region; strokes are colours drawn over
    the picture, transparent elsewhere. ``blob`` is the id under which the sender opened the
    blob on this connection. ``colour`` None means the canvas's."""

    role: str
    blob: Id
    region: Rect
    format: PixelFormat
    colour: ColourSpace | None = None


@dataclass(frozen=True)
class Canvas:
    """The document: its size, the format results are wanted in, its colour space.

    ``margins``: what the canvas has more than the document as it is now, for an expand. ``size`` is
    with them, and so are the task's pixels: the document's corner lies at ``margins.left``,
    ``margins.top``. Results come back in the document's own pixels, where the new ones to the left
    and above have negative coordinates.
    """

    size: Size
    format: PixelFormat
    colour: ColourSpace = ColourSpace()
    margins: Margins = Margins()


@dataclass(frozen=True)
class PreviewRequest:
    """Canvas-ready previews: in ``format``, at most ``per_second``, none at 0.

    ``max_side`` bounds the longer side of a preview in pixels (0 = region size); a smaller one is
    scaled up by the panel, never put on the canvas.
    """

    format: PixelFormat
    per_second: float = 4.0
    max_side: Natural = 0


@dataclass(frozen=True)
class Task:
    """One job's worth of work. Frozen at capture; everything is in canvas pixels.

    ``engine`` is an engine id, or empty for the best one installed. ``seed`` belongs to the first
    variation; variation i has ``seed + i``. ``scale`` is for upscale, ``target`` for retarget and
    generate. ``document_key`` ties the job to a document's history. ``placement`` None: where the
    operation's results go by themselves; see :attr:`placements` for what else there is. An upscale
    that goes onto the canvas has the canvas's pixels: the same size with more detail.
    """

    operation: Operation
    canvas: Canvas
    inputs: tuple[Input, ...] = ()
    intent: Intent = Intent.NONE
    engine: str = ""
    edge: Edge = Edge()
    alpha: AlphaMode = AlphaMode.KEEP
    sample_source: SampleSource = SampleSource.BELOW
    prompt: str = ""
    avoid: str = ""
    seed: int = 0
    variations: Positive = 1
    strength: float = 1.0
    scale: float | None = None
    target: Size | None = None
    parameters: dict[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
    preview: PreviewRequest | None = None
    document_key: str = ""
    placement: Placement | None = None

    @property
    def placements(self) -> frozenset[Placement]:
        """Those that make sense of what it asks for."""
        on_canvas = frozenset((Placement.ABOVE, Placement.BELOW, Placement.TOP))
        if not self.canvas.margins.is_empty:
            return frozenset((Placement.RESIZE_DOCUMENT,))
        if self.operation is Operation.UPSCALE:
            return on_canvas | {Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT}
        if self.operation is Operation.RETARGET:
            return frozenset((Placement.NEW_DOCUMENT, Placement.RESIZE_DOCUMENT))
        if self.operation in (Operation.GENERATE, Operation.CUT_OUT):
            return on_canvas | {Placement.NEW_DOCUMENT}
        return on_canvas

    def with_role(self, role: str) -> tuple[Input, ...]:
        return tuple(each for each in self.inputs if each.role == role)

    @property
    def crops(self) -> tuple[Input, ...]:
        """The context crops, in the order given."""
        return self.with_role(Role.IMAGE)
