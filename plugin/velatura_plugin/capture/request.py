"""What the user asks for, before anything is captured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from velatura_protocol.geometry import Margins, Size
from velatura_protocol.messages import Priority
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import AlphaMode, Edge, Intent, Operation, Placement, SampleSource

from ..host.base import MaskKind, Selection


@dataclass(frozen=True)
class MaskSource:
    """``reference`` is the host's, for :attr:`MaskKind.REFERENCE`: a layer, a channel, a file.
    ``drawn``: a selection that was read before, instead of the one there is now."""

    kind: MaskKind = MaskKind.SELECTION
    reference: str = ""
    drawn: Selection | None = None


@dataclass(frozen=True)
class GenerateRequest:
    """One press of the button.

    ``engine`` empty: the best one installed. ``alpha`` None: as the operation is meant, see
    :func:`~.capture.alpha_mode`. ``seed`` None: a random one. ``roles`` maps input roles to
    references that the host resolves. Jobs with the same non-empty ``live`` key coalesce: the
    latest wins. ``preview`` False: no pictures while the job runs. ``layer``: the one that
    ``sample_source`` is about and that the results go over, the host's reference; empty: the active
    one, with the results that lie on it already where ``sample_source`` is what is seen below.
    ``group``: the name of a group that collects accepted layers; empty: none. ``accept``: the first
    variation becomes part of the document by itself. ``extent``: how far an expand makes the canvas
    larger; what is selected does not matter then. ``placement``: where the results go, None for
    where the operation's go by themselves; see :attr:`stays_in_size` for an upscale.
    """

    operation: Operation
    intent: Intent = Intent.NONE
    engine: str = ""
    prompt: str = ""
    avoid: str = ""
    edge: Edge = Edge()
    alpha: AlphaMode | None = None
    sample_source: SampleSource = SampleSource.BELOW
    mask: MaskSource = MaskSource()
    seed: int | None = None
    variations: int = 1
    strength: float = 1.0
    scale: float | None = None
    target: Size | None = None
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict[str, ParameterValue])
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    priority: Priority = Priority.INTERACTIVE
    live: str = ""
    preview: bool = True
    layer: str = ""
    group: str = ""
    accept: bool = False
    extent: Margins | None = None
    placement: Placement | None = None

    @property
    def stays_in_size(self) -> bool:
        """An upscale onto the canvas: more detail in the same pixels, of what is selected."""
        on_canvas = (Placement.ABOVE, Placement.BELOW, Placement.TOP)
        return self.operation is Operation.UPSCALE and self.placement in on_canvas
