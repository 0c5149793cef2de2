"""Hands for a host under test, and what they work with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

import pytest

from tests.plugin.desk import noise
from velatura_plugin.host.base import (
    Document,
    Host,
    LayerContent,
    LayerInfo,
    PatchContent,
    PreviewFrame,
    ResultContent,
)
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import MASK_FORMAT, ColourSpace, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation, SampleSource

SIZE = Size(23, 17)
CANVAS = Rect.of_size(SIZE)
SPOT = Rect(5, 4, 7, 6)
PROVENANCE = Provenance(
    Operation.FILL,
    "builtin_fill",
    "1",
    "velatura/0.1.0",
    42,
    "2026-01-01T00:00:00Z",
    "algorithmicMedia",
    Intent.REMOVE,
)


def outside(size: Size, held: Rect) -> Pixels:
    """The mask of all but ``held``."""
    rows = range(size.height)
    data = bytes(
        0 if held.contains(Rect(x, y, 1, 1)) else 255 for y in rows for x in range(size.width)
    )
    return Pixels(size, MASK_FORMAT, data)


class HostDesk(Protocol):
    """Hands for a host under test."""

    host: Host

    def open(self, pixels: Pixels, colour: ColourSpace) -> Document:
        """A document of one layer, active."""
        ...

    def add_layer(self, document: Document, pixels: Pixels) -> None:
        """On top, of the canvas's size; becomes the active layer."""
        ...

    def activate_bottom(self, document: Document) -> None: ...

    def activate(self, document: Document, reference: str) -> None:
        """A layer, and nothing else is marked in the layer list."""
        ...

    def mark(self, document: Document, references: Sequence[str]) -> None:
        """In the layer list; the last one is the active one."""
        ...

    def remove(self, document: Document, reference: str) -> None:
        """As the user removes a layer; another one becomes active."""
        ...

    def resize(self, document: Document, region: Rect) -> None:
        """The canvas becomes ``region``, in coordinates of the canvas before."""
        ...

    def select(self, document: Document, region: Rect, data: bytes | None) -> None: ...

    def close(self, document: Document) -> None: ...

    def undo(self, document: Document) -> None: ...

    def flatten(self, document: Document) -> Pixels:
        """What the user sees."""
        ...

    def fingerprint(self, document: Document) -> object:
        """Tree, names, pixels, masks, selection, active layer, annotations: all that discard must
        leave alone. Equal where they are."""
        ...

    def own_layer_names(self, document: Document) -> Sequence[str]:
        """From bottom to top, without previews."""
        ...

    def provenance_of(self, document: Document, layer: str) -> Provenance | None: ...

    def run_until(self, done: Callable[[], bool]) -> None:
        """Lets the UI thread work until ``done``."""
        ...


class HostMaterial(ABC):
    """What a suite brings, and what is made for it."""

    formats: Sequence[PixelFormat]

    @pytest.fixture
    @abstractmethod
    def desk(self) -> HostDesk: ...

    @pytest.fixture
    def form(self, request: pytest.FixtureRequest) -> PixelFormat:
        return request.param

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "form" in metafunc.fixturenames:
            names = [f"{each.depth.value}-{each.layout.value}" for each in self.formats]
            metafunc.parametrize("form", self.formats, ids=names, indirect=True)

    def undo_to(self, desk: HostDesk, size: Size) -> None:
        """One step, or two where the editor needs them to change a canvas's size."""
        for _ in range(2):
            active = desk.host.active_document()
            assert active is not None
            if active.size == size:
                return
            desk.undo(active)
        active = desk.host.active_document()
        assert active is not None
        assert active.size == size

    # -- material

    def resizing(
        self, region: Rect, pixels: Pixels, mask: Pixels | None, scale: float = 1.0
    ) -> ResultContent:
        patch = PatchContent(region, pixels, mask)
        placement = Placement.RESIZE_DOCUMENT
        layer = LayerContent("a layer", region, (patch,), scale, placement=placement)
        return ResultContent((layer,), PROVENANCE)

    def maskable(self, size: Size, form: PixelFormat, seed: int) -> Pixels:
        """What the editor shows sample by sample, through a mask too."""
        return noise(size, form, seed)

    def plain(self, name: str) -> str:
        """A layer's name without what the editor adds so that no two are called the same."""
        return name

    def alike(self, found: bytes, wanted: bytes, form: PixelFormat) -> bool:
        """What is seen is what was seen. Some editors round what they composite in floats."""
        return found == wanted

    def opened(self, desk: HostDesk) -> Document:
        return desk.open(noise(SIZE, self.formats[0]), ColourSpace())

    def layered(self, desk: HostDesk) -> Document:
        """Two layers, the upper one active."""
        document = self.opened(desk)
        desk.add_layer(document, noise(SIZE, self.formats[0], 5))
        return document

    def told(
        self, desk: HostDesk, document: Document
    ) -> tuple[tuple[LayerInfo, ...], LayerInfo | None, tuple[LayerInfo, ...]]:
        """All that the host tells of the layers."""
        host = desk.host
        return host.layers(document), host.active_layer(document), host.selected_layers(document)

    def captured(self, desk: HostDesk, document: Document, source: SampleSource) -> bytes:
        return bytes(desk.host.capture(document, source, CANVAS).data)

    def frame(self, seed: int = 3) -> PreviewFrame:
        return PreviewFrame(SPOT, noise(SPOT.size, self.formats[0], seed))

    def result(self, seed: int = 4, name: str = "a layer") -> ResultContent:
        mask = Pixels(SPOT.size, MASK_FORMAT, b"\xff" * SPOT.area)
        patch = PatchContent(SPOT, noise(SPOT.size, self.formats[0], seed), mask)
        return ResultContent((LayerContent(name, SPOT, (patch,)),), PROVENANCE)
