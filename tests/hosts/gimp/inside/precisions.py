"""Pictures in every encoding GIMP knows: palettes, greys, precisions, profiles, soft proofs."""

from __future__ import annotations

import struct

import pytest

from tests.contracts.host_desk import PROVENANCE
from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.pictures import drawable_bytes
from tests.hosts.gimp.inside.sheets import (
    CANVAS,
    RGBA8,
    SIZE,
    SPOT,
    Sheet,
    noise,
    picture,
)
from velatura_plugin.host.base import LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.gimp.adapter import GimpHost
from velatura_plugin.host.gimp.gi_names import Babl, Gegl, Gimp
from velatura_plugin.host.samples import crop, unpack
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Pixels, Transfer
from velatura_protocol.tasks import SampleSource

BELOW, VISIBLE, LAYER = SampleSource.BELOW, SampleSource.VISIBLE, SampleSource.LAYER
_PALETTE = ((250, 20, 30), (20, 240, 40), (10, 30, 230), (200, 200, 60), (5, 5, 5), (90, 160, 170))
_HALF = bytes(255 if number % 2 else 0 for number in range(SPOT.area))


# -- palettes --------------------------------------------------------------------------------------


@pytest.fixture
def indexed(host: GimpHost) -> Sheet:
    """Of six colours."""
    colours = [bytes((*_PALETTE[n * n % 7 % 6], 255)) for n in range(SIZE.area)]
    sheet = picture(host, Pixels(SIZE, RGBA8, b"".join(colours)))
    convert = Gimp.ConvertPaletteType.GENERATE
    none = Gimp.ConvertDitherType.NONE
    assert sheet.image.convert_indexed(none, convert, 16, False, False, "")
    sheet.image.clean_all()
    return sheet


def test_a_picture_with_a_palette_is_read_as_colours(indexed: Sheet) -> None:
    document = indexed.document
    assert document.format == RGBA8
    assert document.colour == ColourSpace()
    wanted = b"".join(bytes((*_PALETTE[n * n % 7 % 6], 255)) for n in range(SIZE.area))
    for source in (LAYER, BELOW, VISIBLE):
        assert indexed.captured(source) == wanted
    assert indexed.captured(VISIBLE, SPOT) == crop(Pixels(SIZE, RGBA8, wanted), CANVAS, SPOT)


def test_a_result_takes_the_colours_of_the_palette(indexed: Sheet) -> None:
    """The nearest ones, as GIMP's own brushes do; the picture is not converted."""
    image = indexed.image
    before, palette, seen = indexed.prints(), _colours(image), indexed.seen()
    made = indexed.accept(mask=_HALF)
    assert image.get_base_type() == Gimp.ImageBaseType.INDEXED
    assert _colours(image) == palette
    after = indexed.prints()
    assert {each: after[each] for each in before} == before
    shown = drawable_bytes(made, "R'G'B'A u8")
    wanted = bytes(noise(SPOT.size, RGBA8, 7).data)
    for at in range(0, len(shown), 4):
        found, asked = tuple(shown[at : at + 3]), tuple(wanted[at : at + 3])
        assert found in palette
        assert _distance(found, asked) <= min(_distance(each, asked) for each in palette) + 12
    _same_outside(seen, indexed.seen(), RGBA8)
    indexed.undo()
    assert indexed.prints() == before
    assert indexed.seen() == seen


def _colours(image: Gimp.Image) -> set[tuple[int, ...]]:
    """As encoded bytes: what a colour says of itself by default is linear."""
    form = Babl.format("R'G'B' u8")
    return {tuple(each.get_bytes(form).get_data()) for each in image.get_palette().get_colors()}


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5


def _same_outside(before: bytes, after: bytes, form: PixelFormat) -> None:
    size = form.pixel_bytes
    for index in range(SIZE.area):
        x, y = index % SIZE.width, index // SIZE.width
        inside = SPOT.contains(Rect(x, y, 1, 1))
        if not inside or not _HALF[(y - SPOT.y) * SPOT.width + x - SPOT.x]:
            here = slice(index * size, (index + 1) * size)
            assert after[here] == before[here], (x, y)


def test_what_is_staged_over_a_palette_goes_without_a_trace(indexed: Sheet) -> None:
    before, document = hands.fingerprint(indexed.image), indexed.document
    patch = PatchContent(SPOT, noise(SPOT.size, RGBA8, 7))
    result = ResultContent((LayerContent("a result", SPOT, (patch,)),), PROVENANCE)
    indexed.host.show_result(document, "job", result, spot=Spot())
    assert len(indexed.image.get_layers()) == 2
    indexed.host.clear(document, "job")
    assert hands.fingerprint(indexed.image) == before


def test_a_new_picture_from_one_with_a_palette_has_none(indexed: Sheet) -> None:
    known = {each.get_id() for each in Gimp.get_images()}
    pixels = noise(SPOT.size, RGBA8, 7)
    layer = LayerContent(
        "a result",
        Rect.of_size(SPOT.size),
        (PatchContent(Rect.of_size(SPOT.size), pixels),),
        placement=Placement.NEW_DOCUMENT,
    )
    result = ResultContent((layer,), PROVENANCE)
    indexed.host.accept(indexed.document, "job", result, spot=Spot(), document_key="key")
    (made,) = (each for each in Gimp.get_images() if each.get_id() not in known)
    assert made.get_base_type() == Gimp.ImageBaseType.RGB
    assert drawable_bytes(made.get_layers()[0]) == bytes(pixels.data)


# -- precisions ------------------------------------------------------------------------------------

_PRECISIONS = [
    getattr(Gimp.Precision, f"{depth}_{curve}")
    for depth in ("U8", "U16", "U32", "HALF", "FLOAT", "DOUBLE")
    for curve in ("LINEAR", "NON_LINEAR", "PERCEPTUAL")
]
_DEPTHS = {"u8": Depth.U8, "u16": Depth.U16, "half": Depth.F16, "float": Depth.F32}
_WIDE = {"u32": ("I", 2**32 - 1), "double": ("d", 1.0)}
"""Those that the wire has nothing as wide for: they are read and made in floats."""


def _named(precision: Gimp.Precision) -> str:
    return precision.value_nick


@pytest.mark.parametrize("base", [Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY])
@pytest.mark.parametrize("precision", _PRECISIONS, ids=_named)
def test_each_precision(host: GimpHost, precision: Gimp.Precision, base: object) -> None:
    """Samples as they are, or, where there is nothing as wide, as near as floats come to them."""
    depth, _, curve = precision.value_nick.partition("-")
    image = Gimp.Image.new_with_precision(SIZE.width, SIZE.height, base, precision)
    is_grey = base == Gimp.ImageBaseType.GRAY
    kind = Gimp.ImageType.GRAYA_IMAGE if is_grey else Gimp.ImageType.RGBA_IMAGE
    layer = Gimp.Layer.new(
        image, "one", SIZE.width, SIZE.height, kind, 100.0, Gimp.LayerMode.NORMAL
    )
    samples = SIZE.area * (2 if is_grey else 4)
    data = _samples(depth, samples, 2 if is_grey else 4)
    whole = Gegl.Rectangle.new(0, 0, SIZE.width, SIZE.height)
    layer.get_buffer().set(whole, Babl.get_name(layer.get_format()), data)
    image.insert_layer(layer, None, 0)
    sheet = Sheet(host, hands.Window(image, Gimp.Display.new(image)))
    document = sheet.document
    layout = Layout.GREY_ALPHA if is_grey else Layout.RGBA
    assert document.format == PixelFormat(_DEPTHS.get(depth, Depth.F32), layout)
    wanted = Transfer.LINEAR if curve == "linear" else Transfer.ENCODED
    assert document.colour.transfer is wanted
    for source in (LAYER, BELOW, VISIBLE):
        _alike(sheet.captured(source), data, depth)
    made = sheet.accept(mask=_HALF)
    assert image.get_precision() == precision
    assert drawable_bytes(layer) == data
    pixels = noise(SPOT.size, document.format, 7)
    if depth in _DEPTHS:
        assert drawable_bytes(made) == bytes(pixels.data)
    else:
        found = drawable_bytes(made)
        _near(unpack(bytes(pixels.data), document.format), _values(found, depth), depth)


def _samples(depth: str, count: int, channels: int) -> bytes:
    """Any, but opaque."""
    if depth in _WIDE:
        code, full = _WIDE[depth]
        values = [full * ((37 * n) % 101) / 101 for n in range(count)]
        values[channels - 1 :: channels] = [full] * (count // channels)
        return struct.pack(f"<{count}{code}", *(int(v) if code == "I" else v for v in values))
    layout = Layout.RGBA if channels == 4 else Layout.GREY_ALPHA
    form = PixelFormat(_DEPTHS[depth], layout)
    data = bytearray(noise(SIZE, form, 1).data)
    one = {"u8": b"\xff", "u16": b"\xff\xff", "half": struct.pack("<e", 1.0)}
    opaque, size = one.get(depth, struct.pack("<f", 1.0)), form.depth.sample_bytes
    for at in range((channels - 1) * size, len(data), channels * size):
        data[at : at + size] = opaque
    return bytes(data)


def _alike(found: bytes, data: bytes, depth: str) -> None:
    if depth in _DEPTHS:
        assert found == data
        return
    values = struct.unpack(f"<{len(found) // 4}f", found)
    _near(_values(data, depth), values, depth, is_scaled=True)


def _values(data: bytes, depth: str) -> tuple[float, ...]:
    code, full = _WIDE[depth]
    return tuple(
        each / full for each in struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data)
    )


def _near(one, other, depth: str, *, is_scaled: bool = False) -> None:
    for a, b in zip(one, other, strict=True):
        a = min(max(a, 0.0), 1.0) if depth == "u32" and not is_scaled else a
        assert abs(a - b) <= 2e-7 * (1.0 + abs(a))


# -- profiles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "precision",
    [
        Gimp.Precision.U8_NON_LINEAR,
        Gimp.Precision.U16_LINEAR,
        Gimp.Precision.U16_NON_LINEAR,
        Gimp.Precision.FLOAT_LINEAR,
        Gimp.Precision.FLOAT_NON_LINEAR,
    ],
    ids=_named,
)
def test_a_profile_is_handed_on_and_kept(host: GimpHost, precision: Gimp.Precision) -> None:
    """Raw samples and the profile's bytes, whatever the precision."""
    adobe = bytes(Gimp.ColorProfile.new_rgb_adobe().get_icc_profile())
    depth, _, curve = precision.value_nick.partition("-")
    transfer = Transfer.LINEAR if curve == "linear" else Transfer.ENCODED
    form = PixelFormat(_DEPTHS[depth], Layout.RGBA)
    data = _samples(depth, 4 * SIZE.area, 4)
    sheet = picture(host, Pixels(SIZE, form, data), ColourSpace(icc=adobe, transfer=transfer))
    assert sheet.document.colour == ColourSpace(icc=adobe, transfer=transfer)
    for source in (LAYER, BELOW, VISIBLE):
        assert sheet.captured(source) == data
    made = sheet.accept()
    pixels = bytes(noise(SPOT.size, form, 7).data)
    assert drawable_bytes(made) == pixels
    assert bytes(sheet.image.get_color_profile().get_icc_profile()) == adobe


def test_a_grey_profile_is_handed_on(host: GimpHost) -> None:
    """Also where the picture has none of its own: what a plain grey means is GIMP's to say."""
    form = PixelFormat(Depth.U8, Layout.GREY_ALPHA)
    sheet = picture(host, noise(SIZE, form, 1))
    effective = bytes(sheet.image.get_effective_color_profile().get_icc_profile())
    assert sheet.document.colour.icc == effective
    lab = Gimp.ColorProfile.new_d50_gray_lab_trc()
    sheet.image.set_color_profile(lab)
    assert sheet.document.colour.icc == bytes(lab.get_icc_profile())
    before = sheet.prints()
    sheet.accept()
    after = sheet.prints()
    assert {each: after[each] for each in before} == before


def test_a_soft_proof_is_left_alone(host: GimpHost) -> None:
    """It is about how a picture is looked at; the samples are those of the picture."""
    sheet = picture(host)
    image = sheet.image
    profile = Gimp.ColorProfile.new_rgb_adobe()
    assert image.set_simulation_profile(profile)
    image.set_simulation_intent(Gimp.ColorRenderingIntent.SATURATION)
    image.set_simulation_bpc(True)
    told = _proof(image)
    for source in (LAYER, BELOW, VISIBLE):
        assert sheet.captured(source) == bytes(noise(SIZE, RGBA8, 1).data)
    made = sheet.accept()
    assert drawable_bytes(made) == bytes(noise(SPOT.size, RGBA8, 7).data)
    assert _proof(image) == told


def _proof(image: Gimp.Image) -> tuple[bytes, str, bool]:
    profile = image.get_simulation_profile()
    intent = image.get_simulation_intent().value_nick
    return bytes(profile.get_icc_profile()), intent, image.get_simulation_bpc()
