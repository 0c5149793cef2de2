# pyright: standard
"""Raw pixels as Qt's pictures."""

from __future__ import annotations

from velatura_protocol.pixels import Layout, Pixels, Transfer

from ..pictures import Raster, raster_of
from .compat import QImage, QPixmap, Qt


def image_of(pixels: Pixels, longest_side: int, transfer: Transfer | None = None) -> QImage:
    """No larger than ``longest_side`` device pixels, its proportions kept. ``transfer``: None as is
    usual for the depth."""
    image = _as_image(raster_of(pixels, longest_side, transfer))
    if max(pixels.size.width, pixels.size.height) <= longest_side:
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(longest_side, longest_side, keep, smooth)


def pixmap_of(
    pixels: Pixels, longest_side: int, ratio: float, transfer: Transfer | None = None
) -> QPixmap:
    """``longest_side`` in logical pixels, of which each is ``ratio`` device pixels."""
    pixmap = QPixmap.fromImage(image_of(pixels, max(1, round(longest_side * ratio)), transfer))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _as_image(raster: Raster) -> QImage:
    forms = QImage.Format
    form = {
        Layout.GREY: forms.Format_Grayscale8,
        Layout.RGB: forms.Format_RGB888,
        Layout.BGR: forms.Format_BGR888,
        Layout.RGBA: forms.Format_RGBA8888,
        Layout.BGRA: forms.Format_ARGB32,
    }[raster.layout]
    size, samples = raster.size, raster.samples
    stride = len(samples) // size.height
    # Qt looks at the bytes where they are and does not keep them: the copy does.
    return QImage(samples, size.width, size.height, stride, form).copy()
