"""The contract between the plugin core and an editor.

An adapter moves raw samples in and out of documents and places layers; it converts no colour and
composites nothing. Every call is made on the host's UI thread, except :meth:`Host.post`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.pixels import ColourSpace, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource

FILE_PREFIX = "file:"
"""Of a reference that is the path of a picture file and no layer."""


@dataclass(frozen=True)
class Document:
    """An open document. ``id`` is the adapter's, valid while it is open; ``format`` and ``colour``
    are what :meth:`Host.capture` delivers and what results are wanted in."""

    id: str
    name: str
    size: Size
    format: PixelFormat
    colour: ColourSpace


@dataclass(frozen=True)
class Selection:
    """The selection as the user drew it: 8-bit grey pixels inside ``region``, 0 outside."""

    region: Rect
    pixels: Pixels


@dataclass(frozen=True)
class RoleContent:
    """Pixels for a role, from a layer, a channel or a file; ``colour`` None: the document's."""

    region: Rect
    pixels: Pixels
    colour: ColourSpace | None = None


class LayerKind(Enum):
    """What a node of the layer tree is, as far as anybody who captures it has to know."""

    PAINT = "paint"
    GROUP = "group"
    VECTOR = "vector"
    FILL = "fill"
    FILTER = "filter"
    MASK = "mask"
    SELECTION = "selection"
    CHANNEL = "channel"
    OTHER = "other"


@dataclass(frozen=True)
class LayerInfo:
    """A layer, a mask, a saved selection or a channel. ``reference`` is what
    :meth:`Host.role_content` and :meth:`Host.mask_content` take; ``depth`` counts the groups it
    lies in, for an indented list. ``blend`` is the host's name for how it is laid over what is
    below, ``opacity`` from 0 to 1. ``is_result``: it was accepted from us, or is a group that was
    made for what was, or one that holds nothing else."""

    reference: str
    name: str
    kind: LayerKind
    depth: int = 0
    is_visible: bool = True
    is_locked: bool = False
    blend: str = "normal"
    opacity: float = 1.0
    is_result: bool = False


@dataclass(frozen=True)
class Spot:
    """Where in the layer tree a job's layers go, frozen when it is captured.

    ``layer``: the captured one, over which they go; empty, or gone since: the active one.
    ``group``: the name of a group that collects accepted layers, made over ``layer`` at the first
    of them; empty for none.
    """

    layer: str = ""
    group: str = ""


class MaskKind(Enum):
    """Where the mask comes from."""

    SELECTION = "selection"
    TRANSPARENCY = "transparency"
    REFERENCE = "reference"


@dataclass(frozen=True)
class PatchContent:
    """Full, uncomposited pixels and the mask to show them by (None: all of them)."""

    region: Rect
    pixels: Pixels
    mask: Pixels | None = None


@dataclass(frozen=True)
class LayerContent:
    """A layer ready to be placed; outside its patches it is transparent. ``part``: the result
    itself, or what was made beside it."""

    name: str
    region: Rect
    patches: tuple[PatchContent, ...]
    scale: float = 1.0
    blend: str = "normal"
    opacity: float = 1.0
    placement: Placement = Placement.ABOVE
    part: LayerPart = LayerPart.MAIN


@dataclass(frozen=True)
class ResultContent:
    """A variation with its pixels: layers from bottom to top. Several of them on the canvas become
    a group called ``name``; empty: as the operation is."""

    layers: tuple[LayerContent, ...]
    provenance: Provenance
    name: str = ""

    @property
    def group_name(self) -> str:
        return self.name or self.provenance.operation.value

    @property
    def main(self) -> tuple[LayerContent, ...]:
        """The result itself, without what was made beside it."""
        return tuple(each for each in self.layers if each.part is LayerPart.MAIN)


@dataclass(frozen=True)
class PreviewFrame:
    """What a running job looks like now, canvas-ready, inside ``region``."""

    region: Rect
    pixels: Pixels


class Host(Protocol):
    """An editor, or something that behaves like one.

    :raises velatura_protocol.errors.BadInput: from any call, with a document it cannot serve
    """

    @property
    def name(self) -> str:
        """``krita/5.2.9``, ``files/0.1`` … for the greeting and the log."""
        ...

    def active_document(self) -> Document | None: ...

    def layers(self, document: Document) -> tuple[LayerInfo, ...]:
        """The tree from top to bottom, without previews and staged layers."""
        ...

    def active_layer(self, document: Document) -> LayerInfo | None:
        """What the user works on; never a preview or a staged layer."""
        ...

    def selected_layers(self, document: Document) -> tuple[LayerInfo, ...]:
        """Those marked in the layer list, from bottom to top; the active one if no others."""
        ...

    def selection(self, document: Document) -> Selection | None:
        """None when nothing is selected."""
        ...

    def selection_bounds(self, document: Document) -> Rect | None:
        """The selection's bounds on the canvas, without reading its pixels: asked several times a
        second. None when nothing is selected."""
        ...

    def deselect(self, document: Document) -> None: ...

    def is_drawing(self) -> bool:
        """Whether the user is in the middle of something with the pointer: a selection that is
        still being drawn is not finished."""
        ...

    def capture(
        self, document: Document, source: SampleSource, region: Rect, *, layer: str = ""
    ) -> Pixels:
        """Raw samples of ``region`` in the document's format. Previews and staged layers are never
        captured. ``region`` lies inside the canvas. ``layer``: the one that :class:`SampleSource`
        is about, empty for the active one; a mask stands for the layer it belongs to, a group for
        all that lies in it.

        :raises velatura_protocol.errors.NotFound: that layer is gone
        """
        ...

    def role_content(self, document: Document, reference: str) -> RoleContent:
        """Pixels of what the user picked for a role: a layer, a channel, or a file (its path after
        :data:`FILE_PREFIX`).

        :raises velatura_protocol.errors.NotFound: it is gone
        :raises velatura_protocol.errors.UnreadableFile: it is no picture
        """
        ...

    def mask_content(
        self, document: Document, reference: str, *, within: Rect | None = None
    ) -> Selection:
        """What the user picked as a mask, in white: a layer's luminance times its alpha, a saved
        selection, a channel, a file. ``within``: only what lies there is needed.

        :raises velatura_protocol.errors.NotFound: it is gone
        """
        ...

    def document_key(self, document: Document) -> str:
        """The key its history is filed under, stored with the document; empty if it has none."""
        ...

    def show_preview(
        self, document: Document, job: str, frame: PreviewFrame, *, spot: Spot
    ) -> None: ...

    def show_result(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot
    ) -> None:
        """Stages a variation on the canvas in place of what was staged for the job before. Of what
        resizes the document or opens one there is nothing to see before it is accepted."""
        ...

    def clear(self, document: Document, job: str) -> None:
        """Takes previews and staged layers of the job away; the document is as before."""
        ...

    def accept(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot, document_key: str
    ) -> None:
        """Makes the variation part of the document, in one undo step, and stores the key and the
        provenance with it. Several layers that lie on the canvas become a group, in their order,
        where the first of them is to go: the background under what was cut out of it.

        A layer with ``RESIZE_DOCUMENT`` makes its ``region`` the canvas, which is given in the
        canvas's pixels of before: negative x and y where it grows to the left and above. Every
        layer stays where it is in the picture; the new one goes on top of all. Where its ``scale``
        is not 1, the document is scaled by it after that, by the editor's own method: the new layer
        has its pixels already. A second undo step is allowed where the editor needs it for this.

        One with ``NEW_DOCUMENT`` becomes a document of its own, ``region`` times ``scale`` large,
        which does not become the active one. Pixels per inch stay what they are in either case.
        """
        ...

    def accept_all(
        self,
        document: Document,
        job: str,
        name: str,
        results: tuple[ResultContent, ...],
        *,
        spot: Spot,
        document_key: str,
    ) -> None:
        """Makes all of them part of the document as a group called ``name``, in one undo step: the
        first is visible, the others are hidden. ``results`` has at least two, none of which changes
        the canvas's size or opens a document."""
        ...

    def announce(self, document: Document, text: str) -> None:
        """The editor's own passing message over the canvas, for who has closed the panel."""
        ...

    def post(self, action: Callable[[], None]) -> None:
        """Runs ``action`` on the UI thread soon. Callable from any thread."""
        ...
