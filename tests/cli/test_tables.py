from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.e2e import pictures
from velatura_backend.imaging.arrays import to_pixels
from velatura_backend.imaging.lut import hald_of, identity_lattice, read_cube
from velatura_cli.tables import write_table
from velatura_plugin.host.base import LayerContent, PatchContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.pixels import Depth, Layout, PixelFormat


def layer(depth: Depth, layout: Layout) -> LayerContent:
    """The table that changes nothing, in a document's samples."""
    hald = hald_of(identity_lattice(9))
    if layout in (Layout.BGR, Layout.BGRA):
        hald = hald[..., ::-1]
    if layout.has_alpha:
        hald = np.concatenate((hald, np.ones((27, 27, 1), np.float32)), axis=2)
    if depth is not Depth.F32:
        white = {Depth.U8: 255, Depth.U16: 65535}[depth]
        hald = np.rint(hald * white).astype({Depth.U8: np.uint8, Depth.U16: np.uint16}[depth])
    region = Rect.of_size(Size(27, 27))
    patch = PatchContent(region, to_pixels(hald, PixelFormat(depth, layout)))
    where = Placement.NEW_DOCUMENT
    return LayerContent("t", region, (patch,), placement=where, part=LayerPart.COLOUR_TABLE)


@pytest.mark.parametrize(
    ("depth", "layout", "error"),
    [
        (Depth.U8, Layout.RGB, 0.5 / 255),
        (Depth.U16, Layout.BGRA, 1e-5),
        (Depth.F32, Layout.RGBA, 1e-6),
    ],
)
def test_both_kinds_hold_the_same_table(
    tmp_path: Path, depth: Depth, layout: Layout, error: float
) -> None:
    made = layer(depth, layout)
    write_table(tmp_path / "grade.cube", made)
    text = (tmp_path / "grade.cube").read_text()
    assert text.startswith('TITLE "grade"')
    lattice = read_cube(text)
    np.testing.assert_allclose(lattice, identity_lattice(len(lattice)), atol=error + 1e-6)
    write_table(tmp_path / "grade.png", made)
    picture = pictures.load(tmp_path / "grade.png")
    assert picture.shape == (27, 27, 3)
    white = 255 if picture.dtype == np.uint8 else 65535
    np.testing.assert_allclose(picture / white, hald_of(identity_lattice(9)), atol=error + 1e-5)
    assert not pictures.metadata(tmp_path / "grade.png", "icc-profile-data")


def test_a_grey_picture_has_no_table_of_colours(tmp_path: Path) -> None:
    region = Rect.of_size(Size(27, 27))
    grey = np.zeros((27, 27, 1), np.uint8)
    patch = PatchContent(region, to_pixels(grey, PixelFormat(Depth.U8, Layout.GREY)))
    with pytest.raises(Unsupported):
        write_table(tmp_path / "t.cube", LayerContent("t", region, (patch,)))
    assert not list(tmp_path.iterdir())
