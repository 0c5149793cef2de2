"""The contract of all hosts, asked of the real GIMP. Runs inside one of its plug-ins."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.contracts.host import HostContract
from tests.contracts.host_desk import CANVAS, PROVENANCE, SIZE, SPOT
from tests.hosts.gimp.inside import hands
from tests.plugin.desk import noise
from velatura_plugin.host.base import Document, LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Gimp
from velatura_plugin.host.gimp.provenance import provenance_of
from velatura_plugin.host.gimp.tree import walked
from velatura_plugin.host.samples import pack
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import SampleSource

ROUNDING = 2e-6
PREVIEW = "[Preview]"


class GimpDesk:
    def __init__(self) -> None:
        self.host = GimpHost()
        self._images: dict[str, Gimp.Image] = {}
        self._windows: dict[str, hands.Window] = {}
        self._number = 1

    def open(self, pixels: Pixels, colour: ColourSpace) -> Document:
        window = hands.open_picture(pixels, colour)
        self.host.images.bring_to_front(window.image)
        active = self.host.active_document()
        assert active is not None
        self._images[active.id], self._windows[active.id] = window.image, window
        return active

    def add_layer(self, document: Document, pixels: Pixels) -> None:
        self._number += 1
        hands.add_layer(self._images[document.id], f"Layer {self._number}", pixels)

    def activate_bottom(self, document: Document) -> None:
        image = self._images[document.id]
        image.set_selected_layers([image.get_layers()[-1]])

    def activate(self, document: Document, reference: str) -> None:
        self.mark(document, [reference])

    def mark(self, document: Document, references: Sequence[str]) -> None:
        image = self._images[document.id]
        image.set_selected_layers([hands.layer_of(image, each) for each in references])

    def remove(self, document: Document, reference: str) -> None:
        image = self._images[document.id]
        image.remove_layer(hands.layer_of(image, reference))

    def resize(self, document: Document, region: Rect) -> None:
        box = (region.width, region.height, -region.x, -region.y)
        self._images[document.id].resize(*box)

    def select(self, document: Document, region: Rect, data: bytes | None) -> None:
        hands.select(self._images[document.id], region, data)

    def close(self, document: Document) -> None:
        del self._images[document.id]
        hands.close(self._windows.pop(document.id))

    def close_all(self) -> None:
        hands.close_all()
        self._images.clear()
        self._windows.clear()
        assert hands.wait_for(lambda: not Gimp.get_images()), "a picture is still open"

    def undo(self, document: Document) -> None:
        hands.undo(self._windows[document.id])

    def flatten(self, document: Document) -> Pixels:
        image = self._images[document.id]
        size = Size(image.get_width(), image.get_height())
        return Pixels(size, document.format, hands.seen(image))

    def fingerprint(self, document: Document) -> object:
        return hands.fingerprint(self._images[document.id])

    def own_layer_names(self, document: Document) -> Sequence[str]:
        names = hands.layer_names(self._images[document.id])
        return [each for each in names if not each.startswith(PREVIEW)]

    def provenance_of(self, document: Document, layer: str) -> Provenance | None:
        layers = (each for each, _ in walked(self._images[document.id]))
        return provenance_of(next(each for each in layers if each.get_name() == layer))

    def run_until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end, "waited 60 s in vain"
            hands.spin()


class TestGimpHost(HostContract):
    formats = (
        *(PixelFormat(depth, Layout.RGBA) for depth in Depth),
        *(PixelFormat(depth, Layout.GREY_ALPHA) for depth in Depth),
    )

    def plain(self, name: str) -> str:
        """GIMP numbers layers of one name."""
        return name.partition(" #")[0]

    def maskable(self, size: Size, form: PixelFormat, seed: int) -> Pixels:
        """Opaque in floats: GIMP multiplies by alpha and divides by it again."""
        if form.depth is not Depth.F32:
            return noise(size, form, seed)
        draw, channels = random.Random(seed), form.layout.channels
        values = [draw.random() for _ in range(size.area * channels)]
        values[channels - 1 :: channels] = [1.0] * size.area
        return Pixels(size, form, pack(values, form))

    def alike(self, found: bytes, wanted: bytes, form: PixelFormat) -> bool:
        """GIMP composites all layers under a new one, where that shows nothing as well. It does so
        in colours: greys that are floats are rounded on the way, by the sum of three weights. The
        samples in the layers stay what they are, see ``test_layers_hold_what_they_held``."""
        if form.depth is not Depth.F32 or not form.layout.is_grey:
            return found == wanted
        pairs = zip(struct.iter_unpack("f", found), struct.iter_unpack("f", wanted), strict=True)
        return all(abs(a - b) <= ROUNDING * (1.0 + abs(b)) for (a,), (b,) in pairs)

    def test_layers_hold_what_they_held(self, desk: GimpDesk, form: PixelFormat) -> None:
        pixels = noise(SIZE, form)
        document = desk.open(pixels, ColourSpace())
        patch = PatchContent(SPOT, noise(SPOT.size, form, 7))
        layer = LayerContent("a layer", SPOT, (patch,))
        result = ResultContent((layer,), PROVENANCE)
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        upper, lower = desk.host.layers(document)
        beneath = desk.host.capture(document, SampleSource.LAYER, CANVAS, layer=lower.reference)
        assert bytes(beneath.data) == bytes(pixels.data)
        above = desk.host.capture(document, SampleSource.LAYER, SPOT, layer=upper.reference)
        assert bytes(above.data) == bytes(patch.pixels.data)

    @pytest.fixture
    def desk(self) -> Iterator[GimpDesk]:
        desk = GimpDesk()
        yield desk
        desk.close_all()
