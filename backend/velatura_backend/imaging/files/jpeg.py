"""JPEG: the settings of the source that its edited copy is encoded with."""

from __future__ import annotations

import io

from PIL import JpegImagePlugin

from velatura_protocol.errors import UnreadableFile

from .model import JpegDetails

_FULL_CHROMA = 0


def read_header(data: bytes) -> tuple[JpegDetails, bool]:
    """The settings, and whether a resolution is stated.

    :raises UnreadableFile: no JPEG header"""
    try:
        # Not Image.open: its limit on pixels is a process-wide setting; ours was checked already.
        picture = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableFile(reason="truncated or damaged") from error
    tables: dict[int, list[int]] = picture.quantization
    sampling = JpegImagePlugin.get_sampling(picture)
    comment = picture.info.get("comment", b"")
    details = JpegDetails(
        tuple(tuple(tables[index]) for index in sorted(tables)),
        # Pillow names only three samplings; any other one gets full chroma, which loses nothing.
        sampling if sampling >= 0 else _FULL_CHROMA,
        bool(picture.info.get("progressive")),
        comment if isinstance(comment, bytes) else b"",
    )
    return details, "dpi" in picture.info
