# pyright: standard
"""Pictures from files, read by GIMP itself: whatever it can open."""

from __future__ import annotations

from pathlib import Path

from velatura_protocol.errors import UnreadableFile
from velatura_protocol.faults import FileFault
from velatura_protocol.geometry import Rect

from ..base import RoleContent
from .formats import colour_of, format_of
from .gi_names import Gimp, Gio
from .reading import View, seen


def file_content(path: str) -> RoleContent:
    """The whole picture as it looks, in its own colours.

    :raises UnreadableFile: it is not there, or GIMP cannot open it
    """
    name = Path(path).name
    if not Path(path).is_file():
        raise UnreadableFile(reason=FileFault.GONE, name=name)
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    if image is None:
        raise UnreadableFile(reason=FileFault.NO_PICTURE, name=name)
    try:
        view = View(image, format_of(image), ())
        region = Rect(0, 0, image.get_width(), image.get_height())
        return RoleContent(region, seen(view, region), colour_of(image))
    finally:
        image.delete()
