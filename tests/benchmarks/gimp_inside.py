"""What :mod:`.gimp_host` measures. Runs in GIMP's own Python: standard library and the plug-in."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Babl, Gegl, Gimp
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Operation, SampleSource

SIZE = Size(4000, 3000)
CROP = Rect(1500, 1000, 1024, 1024)
_RUNS = 5
_PRECISIONS = (
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U16_NON_LINEAR,
    Gimp.Precision.FLOAT_LINEAR,
)
_PROVENANCE = Provenance(Operation.FILL, "none", "1", "benchmark", 0, "", "algorithmicMedia")


def main() -> list[tuple[str, str, list[float]]]:
    columns = [_column(precision) for precision in _PRECISIONS]
    return [
        (name, target, [column[name] for column in columns])
        for name, target in (
            ("1024² of a layer", "50"),
            ("1024² of what is visible", "200"),
            ("1024² of what is below", "200"),
            ("the whole layer", "500"),
            ("a result of 1024² with its mask", "300"),
            ("the same, accepted", "300"),
            ("a result of 12 megapixels", "-"),
        )
    ]


def _column(precision: Gimp.Precision) -> dict[str, float]:
    image = _picture(precision)
    host = GimpHost()
    host.images.bring_to_front(image)
    document = host.active_document()
    assert document is not None
    whole = Rect.of_size(SIZE)
    bottom = host.layers(document)[-1].reference
    small, large = _result(document.format, CROP), _result(document.format, whole)

    def shown(result: ResultContent) -> Callable[[], None]:
        return lambda: host.show_result(document, "job", result, spot=Spot())

    def accept() -> None:
        host.accept(document, "job", small, spot=Spot(), document_key="key")

    def capture(source: SampleSource, region: Rect, layer: str = "") -> Callable[[], object]:
        return lambda: host.capture(document, source, region, layer=layer)

    found = {
        "1024² of a layer": _median(capture(SampleSource.LAYER, CROP, bottom)),
        "1024² of what is visible": _median(capture(SampleSource.VISIBLE, CROP)),
        "1024² of what is below": _median(capture(SampleSource.BELOW, CROP)),
        "the whole layer": _median(capture(SampleSource.LAYER, whole, bottom)),
        "a result of 1024² with its mask": _median(shown(small)),
        "the same, accepted": _median(accept),
        "a result of 12 megapixels": _median(shown(large)),
    }
    image.delete()
    return found


def _median(action: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        action()
        times.append(1000.0 * (time.perf_counter() - began))
    return statistics.median(times)


def _picture(precision: Gimp.Precision) -> Gimp.Image:
    """Noise, and three layers that cover a part of it."""
    image = Gimp.Image.new_with_precision(*_sides(SIZE), Gimp.ImageBaseType.RGB, precision)
    image.undo_disable()
    for number, opacity in enumerate((100.0, 60.0, 60.0, 60.0)):
        layer = Gimp.Layer.new(
            image,
            f"layer {number}",
            *_sides(SIZE),
            Gimp.ImageType.RGBA_IMAGE,
            opacity,
            Gimp.LayerMode.NORMAL,
        )
        form = layer.get_format()
        data = random.Random(number).randbytes(SIZE.width * Babl.format_get_bytes_per_pixel(form))
        buffer = layer.get_buffer()
        if "float" in Babl.get_name(form):
            data = bytes(len(data))
        whole = Gegl.Rectangle.new(0, 0, *_sides(SIZE))
        buffer.set(whole, Babl.get_name(form), data * SIZE.height)
        buffer.flush()
        image.insert_layer(layer, None, 0)
    image.undo_enable()
    return image


def _sides(size: Size) -> tuple[int, int]:
    return size.width, size.height


def _result(form, region: Rect) -> ResultContent:
    pixels = Pixels(region.size, form, bytes(form.byte_count(region.size)))
    mask = Pixels(region.size, MASK_FORMAT, b"\x80" * region.area)
    return ResultContent(
        (LayerContent("result", region, (PatchContent(region, pixels, mask),)),), _PROVENANCE
    )
