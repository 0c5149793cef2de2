# pyright: standard
"""Pixel formats and colour spaces of Krita's documents."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import krita

from velatura_protocol.errors import Unsupported
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat

from ..icc import transfer_of

_DEPTHS = {"U8": Depth.U8, "U16": Depth.U16, "F16": Depth.F16, "F32": Depth.F32}
_ICC_ENTRY = "/annotations/icc"


def format_of(document: krita.Document) -> PixelFormat:
    """:raises Unsupported: CMYK, Lab and the other models that are neither RGB nor grey"""
    model, depth = document.colorModel(), _DEPTHS.get(document.colorDepth())
    if model not in ("RGBA", "GRAYA") or depth is None:
        raise Unsupported(what=model)
    if model == "GRAYA":
        return PixelFormat(depth, Layout.GREY_ALPHA)
    is_float = depth in (Depth.F16, Depth.F32)
    return PixelFormat(depth, Layout.RGBA if is_float else Layout.BGRA)


class ColourSpaces:
    """Colour spaces by the name of their profile. Krita has no call that hands out a profile's
    bytes, but a document saved in it holds them; 0.1 s the first time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], ColourSpace] = {}

    def of(self, document: krita.Document) -> ColourSpace:
        key = (document.colorModel(), document.colorProfile())
        if key not in self._known:
            icc = _profile_bytes(document)
            self._known[key] = ColourSpace(icc, transfer_of(icc))
        return self._known[key]


def _profile_bytes(like: krita.Document) -> bytes:
    application = krita.Krita.instance()
    model, depth, profile = like.colorModel(), like.colorDepth(), like.colorProfile()
    scratch = application.createDocument(1, 1, "", model, depth, profile, 72.0)
    try:
        scratch.setBatchmode(True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "profile.kra")
            if not scratch.exportImage(str(path), krita.InfoObject()):
                raise Unsupported(what=profile)
            with zipfile.ZipFile(path) as archive:
                entries = [each for each in archive.namelist() if each.endswith(_ICC_ENTRY)]
                return archive.read(entries[0]) if entries else b""
    finally:
        scratch.setModified(False)
        scratch.close()
