# pyright: standard
"""Pixel formats and colour spaces of Krita's documents."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import krita

from velatura_protocol.errors import Unsupported
from velatura_protocol.faults import UnsupportedWhat
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat

from ..icc import transfer_of
from .bench import Bench

_DEPTHS = {"U8": Depth.U8, "U16": Depth.U16, "F16": Depth.F16, "F32": Depth.F32}
_NAMES = {"CMYKA": "CMYK", "LABA": "L*a*b*", "XYZA": "XYZ", "YCbCrA": "YCbCr"}
_ICC_ENTRY = "/annotations/icc"


def format_of(document: krita.Document) -> PixelFormat:
    """:raises Unsupported: CMYK, Lab and the other models that are neither RGB nor grey"""
    model, depth = document.colorModel(), _DEPTHS.get(document.colorDepth())
    if model not in ("RGBA", "GRAYA") or depth is None:
        raise Unsupported(what=UnsupportedWhat.COLOUR_MODEL, model=_NAMES.get(model, model))
    if model == "GRAYA":
        return PixelFormat(depth, Layout.GREY_ALPHA)
    is_float = depth in (Depth.F16, Depth.F32)
    return PixelFormat(depth, Layout.RGBA if is_float else Layout.BGRA)


class ColourSpaces:
    """Colour spaces by the name of their profile, and a bench for each. Krita has no call that
    hands out a profile's bytes, but a document saved in it holds them; 0.2 s the first time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[ColourSpace, Bench]] = {}

    def of(self, document: krita.Document) -> ColourSpace:
        return self._both(document)[0]

    def bench(self, document: krita.Document) -> Bench:
        return self._both(document)[1]

    def close(self) -> None:
        known, self._known = self._known, {}
        for _, bench in known.values():
            bench.close()

    def _both(self, document: krita.Document) -> tuple[ColourSpace, Bench]:
        key = (document.colorModel(), document.colorDepth(), document.colorProfile())
        if key not in self._known:
            made = _learned(*key)
            # Krita takes events while it saves, and this may have been asked from within one: the
            # bench that nodes have been made on already is the one that stays. They do not survive
            # its end.
            if self._known.setdefault(key, made) is not made:
                made[1].close()
        return self._known[key]


def _learned(model: str, depth: str, profile: str) -> tuple[ColourSpace, Bench]:
    scratch = krita.Krita.instance().createDocument(1, 1, "", model, depth, profile, 72.0)
    try:
        scratch.setBatchmode(True)
        icc = _profile_bytes(scratch)
        return ColourSpace(icc, transfer_of(icc)), Bench(scratch)
    finally:
        scratch.setModified(False)
        scratch.close()


def _profile_bytes(scratch: krita.Document) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "profile.kra")
        if not scratch.exportImage(str(path), krita.InfoObject()):
            raise Unsupported(what=UnsupportedWhat.ICC_PROFILE)
        with zipfile.ZipFile(path) as archive:
            entries = [each for each in archive.namelist() if each.endswith(_ICC_ENTRY)]
            return archive.read(entries[0]) if entries else b""
