"""A table of colours written for other programs."""

from __future__ import annotations

from pathlib import Path

from velatura_backend.imaging.arrays import from_working, to_working, view_samples
from velatura_backend.imaging.files import FileKind, ImageFile, write_atomically, write_image
from velatura_backend.imaging.files.model import PngDetails
from velatura_backend.imaging.lut import cube_of_hald
from velatura_plugin.host.base import LayerContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.pixels import Layout, PixelFormat


def write_table(path: Path, layer: LayerContent) -> None:
    """``.cube`` text, or the HaldCLUT picture that the layer is, by the suffix.

    Without a profile: programs that look colours up in the picture must find them as they are.

    :raises Unsupported: the layer is no HaldCLUT in colour
    :raises DiskFull, UnwritableFile: see :func:`~velatura_backend.imaging.files.write_atomically`
    """
    pixels = layer.patches[0].pixels
    if pixels.format.layout.is_grey:
        raise Unsupported(what="a table of colours of a grey picture")
    hald = to_working(view_samples(pixels), pixels.format.layout)
    if path.suffix.lower() == ".cube":
        write_atomically(path, cube_of_hald(hald, path.stem).encode("ascii", "replace"))
        return
    samples = from_working(hald, PixelFormat(pixels.format.depth, Layout.RGB)).samples
    write_image(path, ImageFile(samples, FileKind.PNG, PngDetails()))
