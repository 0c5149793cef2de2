"""What stands for the user outside of the panel: opens a picture, presses the panel's shortcut, and
again where the panel has ended. Runs as a batch of GIMP's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.hosts.gimp.inside import keys
from velatura_plugin.host.gimp.gi_names import Gimp, Gio
from velatura_plugin.host.gimp.handover import Handed, hand_over, is_panel_open

PHOTO = Path(__file__).parents[4] / "installer/demo/photo.png"
FLOOD = "flood"
"""A file with a number: how often the panel is asked for something, without a pause."""
_LOOK_SECONDS = 0.1
_OPEN_SECONDS = 30.0
_PRESS_SECONDS = 20.0


def main() -> None:
    result = Path(os.environ["VELATURA_DRIVE_RESULT"])
    _open_photo(int(os.environ.get("VELATURA_DRIVE_SCALE", "1")))
    _wait(keys.arrange, _OPEN_SECONDS)
    while not result.exists():
        if not is_panel_open():
            result.with_name("pressed").write_text(repr(time.time()))
            keys.press("ctrl+alt+p")
            _wait(lambda: is_panel_open() or result.exists(), _PRESS_SECONDS)
        _flood(result.with_name(FLOOD))
        time.sleep(_LOOK_SECONDS)
    for image in Gimp.get_images():
        image.clean_all()  # else GIMP asks


def _flood(asked: Path) -> None:
    """So many commands that they meet the panel in the middle of its own calls to GIMP."""
    if asked.exists():
        for _ in range(int(asked.read_text())):
            hand_over(Handed("next"))
        asked.unlink()


def _open_photo(scale: int) -> None:
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(PHOTO)))
    image.undo_disable()
    if scale > 1:
        image.scale(scale * image.get_width(), scale * image.get_height())
    image.set_file(Gio.File.new_for_path("/tmp/photo.xcf"))
    image.undo_enable()
    image.clean_all()
    Gimp.Display.new(image)


def _wait(done: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(_LOOK_SECONDS)
