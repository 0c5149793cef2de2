from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageCms

from tests.backend.executors.orders import RGBA8, picture
from velatura_backend.executors.worker.shading import canvas_shading, foreign_shading
from velatura_protocol.engines import EngineColour
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Transfer
from velatura_protocol.tasks import Canvas

SIZE = Size(700, 400)
SRGB = ColourSpace(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def nothing() -> None:
    return


@pytest.mark.parametrize("engine", EngineColour)
@pytest.mark.parametrize("colour", [ColourSpace(), SRGB, ColourSpace(transfer=Transfer.LINEAR)])
@pytest.mark.parametrize(
    "format",
    [RGBA8, PixelFormat(Depth.U16, Layout.BGRA), PixelFormat(Depth.U16, Layout.GREY_ALPHA)],
    ids=lambda f: f"{f.depth.value}-{f.layout.value}",
)
def test_there_and_back_is_the_same(
    engine: EngineColour, colour: ColourSpace, format: PixelFormat
) -> None:
    if format.layout.is_grey and colour.icc:
        colour = ColourSpace()
    samples = picture(SIZE, format)
    shading = canvas_shading(Canvas(SIZE, format, colour), engine)
    image = shading.to_engine(samples, format, nothing)
    back = shading.to_document(image, format)
    np.testing.assert_array_equal(back.samples, samples)
    assert back.clipped == 0


def test_an_unreadable_profile_still_has_a_thumbnail() -> None:
    canvas = Canvas(SIZE, RGBA8, ColourSpace(b"no profile at all"))
    shading = canvas_shading(canvas, EngineColour.NATIVE)
    image = shading.to_engine(picture(SIZE, RGBA8), RGBA8, nothing)
    np.testing.assert_allclose(shading.to_srgb(image), image, atol=1e-6)


def test_a_grey_document_may_be_wanted_in_colour() -> None:
    format = PixelFormat(Depth.U8, Layout.GREY)
    shading = canvas_shading(Canvas(SIZE, format), EngineColour.NATIVE)
    samples = picture(SIZE, format)
    shown = shading.to_document(shading.to_engine(samples, format, nothing), RGBA8).samples
    np.testing.assert_array_equal(shown[..., :3], samples.repeat(3, axis=2))


def test_a_foreign_picture_takes_the_documents_colours() -> None:
    """Encoded sRGB into a linear document: the engine sees the same values as of the original."""
    canvas = Canvas(
        SIZE, PixelFormat(Depth.F32, Layout.RGBA), ColourSpace(transfer=Transfer.LINEAR)
    )
    shading = foreign_shading(canvas, EngineColour.NATIVE, ColourSpace(), RGBA8)
    samples = picture(SIZE, RGBA8)
    image = shading.to_engine(samples, RGBA8, nothing)
    np.testing.assert_allclose(image, samples / 255.0, atol=1e-4)
