"""Previews in the panel, in pictures of every way to write a brightness down."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.gimp.inside.visit import Visit
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp
from velatura_plugin.ui.gtk.images import Picture
from velatura_plugin.ui.model import Action
from velatura_protocol.geometry import Rect

PRECISIONS = ("U8_LINEAR", "U16_LINEAR", "FLOAT_LINEAR", "FLOAT_NON_LINEAR")
_SIZE = (96, 80)
_AREA = Rect(20, 20, 40, 30)
_DARK = "rgb(0.2, 0.2, 0.2)"


def as_bright_as_results(visit: Visit) -> Iterator[object]:
    """By the engine for checks, whose previews are its result."""
    for name in PRECISIONS:
        yield from _seen(visit, name)


def _seen(visit: Visit, name: str) -> Iterator[object]:
    image = visit.open_photo(name)
    image.crop(*_SIZE, 400, 150)
    image.convert_precision(getattr(Gimp.Precision, name))
    Gimp.context_set_foreground(Gegl.Color.new(_DARK))
    image.get_layers()[0].edit_fill(Gimp.FillType.FOREGROUND)
    image.clean_all()
    yield lambda: visit.image().get_id() == image.get_id()
    yield from visit.select(image, _AREA)
    for field, value in (("task", "fill"), ("engine", "echo"), ("variations", 1),
                         ("parameter:seconds", 2.0), ("parameter:previews", 4)):  # fmt: skip
        visit.edit(field, value)
    visit.process._panel.perform(Action.GENERATE)
    yield lambda: bool(visit.jobs)
    yield lambda: not visit.view.preview.is_empty
    preview = _green(visit.view.preview)
    yield visit.staged
    yield lambda: not visit.strip.thumbnails[0].picture.is_empty
    visit.note(f"bright {name}", preview=preview, result=_green(visit.strip.thumbnails[0].picture))
    visit.process.app.controller.discard(visit.jobs[0].job)
    yield lambda: not visit.jobs
    front = visit.state.document.id
    visit.close(image)
    yield lambda: visit.state.document is not None and visit.state.document.id != front


def _green(picture: Picture) -> int:
    """In the middle."""
    pixbuf = picture.get_pixbuf()
    x, y = pixbuf.get_width() // 2, pixbuf.get_height() // 2
    at = y * pixbuf.get_rowstride() + x * pixbuf.get_n_channels() + 1
    return pixbuf.get_pixels()[at]
