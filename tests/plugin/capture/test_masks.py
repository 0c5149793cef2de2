from __future__ import annotations

import pytest

from velatura_plugin.capture.masks import cut, of_transparency
from velatura_plugin.host.base import Selection
from velatura_plugin.host.samples import pack
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels

DRAWN = Selection(Rect(2, 3, 4, 2), Pixels(Size(4, 2), MASK_FORMAT, bytes(range(1, 9))))


def test_the_same_region_is_not_copied() -> None:
    assert cut(DRAWN, DRAWN.region) is DRAWN.pixels


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (Rect(3, 3, 2, 2), bytes((2, 3, 6, 7))),
        (Rect(1, 2, 3, 3), bytes((0, 0, 0, 0, 1, 2, 0, 5, 6))),
        (Rect(5, 4, 3, 2), bytes((8, 0, 0, 0, 0, 0))),
        (Rect(50, 50, 2, 1), bytes(2)),
        (Rect(0, 4, 8, 1), bytes((0, 0, 5, 6, 7, 8, 0, 0))),
    ],
)
def test_cut(region: Rect, expected: bytes) -> None:
    assert bytes(cut(DRAWN, region).data) == expected


FULL = {Depth.U8: 255, Depth.U16: 65535, Depth.F16: 1.0, Depth.F32: 1.0}


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("layout", [Layout.RGBA, Layout.GREY_ALPHA, Layout.BGRA])
def test_transparency(depth: Depth, layout: Layout) -> None:
    form, full = PixelFormat(depth, layout), FULL[depth]
    values: list[float] = []
    for alpha in (0.0, 1.0, 0.5, 0.25):
        values += [0.3 * full] * (layout.channels - 1) + [alpha * full]
    made = of_transparency(Pixels(Size(4, 1), form, pack(values, form)))
    assert bytes(made.data) == bytes((255, 0, 255, 255)), "in part is in full"


@pytest.mark.parametrize("depth", [Depth.U16, Depth.F16, Depth.F32])
def test_what_rounding_leaves_short_of_opaque_is_opaque(depth: Depth) -> None:
    form, full = PixelFormat(depth, Layout.GREY_ALPHA), FULL[depth]
    nearly = pack((0.0, full * 0.999, 0.0, full * 0.99, 0.0, full), form)
    assert bytes(of_transparency(Pixels(Size(3, 1), form, nearly)).data) == bytes((0, 255, 0))


def test_beyond_1_and_not_a_number() -> None:
    form = PixelFormat(Depth.F32, Layout.GREY_ALPHA)
    odd = pack((0.0, 1.5, 0.0, -0.5, 0.0, float("nan")), form)
    assert bytes(of_transparency(Pixels(Size(3, 1), form, odd)).data) == bytes((0, 255, 255))


def test_no_alpha_is_opaque() -> None:
    pixels = Pixels(Size(2, 1), PixelFormat(Depth.U8, Layout.RGB), bytes(6))
    assert bytes(of_transparency(pixels).data) == bytes(2)
