"""What :mod:`.gimp_host` measures. Runs in GIMP's own Python: standard library and the plug-in."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from velatura_plugin.capture.capture import CaptureContext, capture
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Babl, Gegl, Gimp
from velatura_protocol.engines import ContextRule, EngineSpec, RoleSpec
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Limits
from velatura_protocol.pixels import MASK_FORMAT, Pixels
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation, Role, SampleSource

SIZE = Size(4000, 3000)
CROP = Rect(1500, 1000, 1024, 1024)
HOLE = (1756, 1256, 512, 512)
_RUNS = 5
_PRECISIONS = (
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U16_NON_LINEAR,
    Gimp.Precision.FLOAT_LINEAR,
)
_ENGINE = EngineSpec(
    "none",
    "None",
    "1",
    (Operation.FILL,),
    sentence="A removal with a context of as much again as is selected.",
    intents=(Intent.REMOVE,),
    roles=(RoleSpec(Role.IMAGE, label="Picture"), RoleSpec(Role.MASK, label="Mask")),
    context=ContextRule(factor=0.5, minimum=96),
)
_CONTEXT = CaptureContext(_ENGINE, Limits(), seed=1)
_PROVENANCE = Provenance(Operation.FILL, "none", "1", "benchmark", 0, "", "algorithmicMedia")


_TARGETS = {
    "1024² of a layer": "50",
    "1024² of what is visible": "200",
    "1024² of what is below": "200",
    "the whole layer": "500",
    "a removal captured: selection, mask, context of 1024²": "-",
    "a result of 1024² with its mask": "300",
    "the same, accepted": "300",
    "a result of 12 megapixels, without a mask": "300",
    "with the mask of an ellipse": "300",
    "with a mask that is nowhere empty": "300",
    "without a mask, while GIMP draws the result before": "-",
    "with the mask of an ellipse, meanwhile": "-",
    "with a mask that is nowhere empty, meanwhile": "-",
}


def main() -> list[tuple[str, str, list[float], list[float], list[float]]]:
    """Name, target, milliseconds by precision, how many of them are the plug-in's own, and the
    processor's time that GIMP and the plug-in took together."""
    columns = [_column(precision) for precision in _PRECISIONS]
    rows: list[tuple[str, str, list[float], list[float], list[float]]] = []
    for name, target in _TARGETS.items():
        whole, own, busy = zip(*(column[name] for column in columns), strict=True)
        rows.append((name, target, list(whole), list(own), list(busy)))
    return rows


def _column(precision: Gimp.Precision) -> dict[str, tuple[float, float, float]]:
    image = _picture(precision)
    host = GimpHost()
    host.images.bring_to_front(image)
    document = host.active_document()
    assert document is not None
    whole = Rect.of_size(SIZE)
    bottom = host.layers(document)[-1].reference
    small, large = _result(document.format, CROP), _result(document.format, whole)
    plain, ellipse = (_masked(large, each) for each in (None, _ellipse(SIZE)))
    request = GenerateRequest(
        Operation.FILL, Intent.REMOVE, sample_source=SampleSource.LAYER, layer=bottom
    )

    def shown(result: ResultContent) -> Callable[[], None]:
        return lambda: host.show_result(document, "job", result, spot=Spot())

    def accept() -> None:
        host.accept(document, "job", small, spot=Spot(), document_key="key")

    def captured(source: SampleSource, region: Rect, layer: str = "") -> Callable[[], object]:
        return lambda: host.capture(document, source, region, layer=layer)

    image.select_ellipse(Gimp.ChannelOps.REPLACE, *HOLE)
    actions: tuple[Callable[[], object], ...] = (
        captured(SampleSource.LAYER, CROP, bottom),
        captured(SampleSource.VISIBLE, CROP),
        captured(SampleSource.BELOW, CROP),
        captured(SampleSource.LAYER, whole, bottom),
        lambda: capture(host, document, request, _CONTEXT),
        shown(small),
        accept,
        shown(plain),
        shown(ellipse),
        shown(large),
    )
    found = {
        name: _median(action, _at_rest) for name, action in zip(_TARGETS, actions, strict=False)
    }
    for name, action in zip(list(_TARGETS)[len(actions) :], actions[-3:], strict=True):
        found[name] = _median(action, lambda: None)
    image.delete()
    return found


def _at_rest() -> None:
    """Returns when GIMP has computed nothing for a fifth of a second: it draws a layer that has
    come in for a second and more, a piece at a time, and answers the plug-in in between."""
    seen = -1.0
    while (now := _host_seconds()) != seen:
        seen = now
        time.sleep(0.2)


def _masked(result: ResultContent, mask: Pixels | None) -> ResultContent:
    (layer,) = result.layers
    (patch,) = layer.patches
    return replace(result, layers=(replace(layer, patches=(replace(patch, mask=mask),)),))


def _ellipse(size: Size) -> Pixels:
    """Half as wide and half as high, in the middle: a selection, and its context around it."""
    across, down = size.width / 4, size.height / 4
    rows = bytearray()
    for y in range(size.height):
        away = (y + 0.5 - size.height / 2) / down
        half = round(across * (1.0 - away * away) ** 0.5) if abs(away) < 1.0 else 0
        side = bytes(size.width // 2 - half)
        rows += side + b"\xff" * (size.width - 2 * len(side)) + side
    return Pixels(size, MASK_FORMAT, bytes(rows))


def _median(
    action: Callable[[], object], prepare: Callable[[], None]
) -> tuple[float, float, float]:
    """Of the whole by the clock; of what the main thread computes outside of GIMP's own calls; and
    the processor's time of both, a mean, since the kernel counts it in steps of 10 ms. What GIMP
    draws afterwards is in the latter."""
    times: list[tuple[float, float]] = []
    prepare()
    busy = _processor_seconds()
    for _ in range(_RUNS):
        prepare()
        with HostCalls() as calls:
            began, computed = time.perf_counter(), time.thread_time()
            action()
            took, own = time.perf_counter() - began, time.thread_time() - computed
        times.append((1000.0 * took, 1000.0 * (own - calls.seconds)))
    prepare()
    busy = 1000.0 * (_processor_seconds() - busy) / _RUNS
    whole, own = zip(*times, strict=True)
    return statistics.median(whole), statistics.median(own), busy


def _processor_seconds() -> float:
    """Of this process and of GIMP, which has started it."""
    return _host_seconds() + time.process_time()


def _host_seconds() -> float:
    fields = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class HostCalls:
    """Counts what this thread computes inside of GIMP's and GEGL's functions that do something to
    pixels or to the tree. What only asks is left among the plug-in's own."""

    _FUNCTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (Gegl.Buffer, ("get", "set", "flush")),
        (Gimp.Image, ("duplicate", "crop", "merge_visible_layers", "insert_layer")),
        (Gimp.Image, ("remove_layer", "delete", "undo_group_end", "undo_disable")),
        (Gimp.Image, ("undo_freeze", "undo_thaw", "set_selected_layers")),
        (Gimp.Image, ("new_with_precision", "set_color_profile", "attach_parasite")),
        (Gimp.Layer, ("new", "create_mask", "add_mask", "set_offsets")),
        (Gimp.Layer, ("new_from_drawable", "new_from_visible")),
        (Gimp, ("displays_flush",)),
    )

    def __init__(self) -> None:
        self.seconds = 0.0
        self._originals: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> HostCalls:
        for owner, names in self._FUNCTIONS:
            for name in names:
                original = getattr(owner, name)
                self._originals.append((owner, name, original))
                setattr(owner, name, self._timed(original))
        return self

    def __exit__(self, *_: object) -> None:
        for owner, name, original in self._originals:
            setattr(owner, name, original)

    def _timed(self, original: Callable[..., object]) -> Callable[..., object]:
        def timed(*arguments: object) -> object:
            began = time.thread_time()
            try:
                return original(*arguments)
            finally:
                self.seconds += time.thread_time() - began

        return timed


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
