"""A removal from the menu's procedure, in a GIMP with windows, and one undo."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.hosts.gimp.inside import hands
from tests.hosts.gimp.inside.pictures import drawable_bytes, picture_format
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp, Gio
from velatura_protocol.geometry import Rect

PHOTO = Path(__file__).parents[4] / "installer/demo/photo.png"
PYLON = Rect(425, 108, 50, 165)
_SHOT_SECONDS = 20.0
_PRECISIONS = [
    Gimp.Precision.U8_NON_LINEAR,
    Gimp.Precision.U16_NON_LINEAR,
    Gimp.Precision.FLOAT_LINEAR,
]
_PROFILES = {"sRGB": Gimp.ColorProfile.new_rgb_srgb, "Adobe RGB": Gimp.ColorProfile.new_rgb_adobe}


def _opened(precision: Gimp.Precision, profile: str = "sRGB") -> hands.Window:
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(PHOTO)))
    image.undo_disable()
    intent = Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC
    image.convert_color_profile(_PROFILES[profile](), intent, True)
    if image.get_precision() != precision:
        image.convert_precision(precision)
    hands.select(image, PYLON, None)
    image.undo_enable()
    return hands.Window(image, Gimp.Display.new(image))


def _remove(image: Gimp.Image, **arguments: object) -> object:
    """From the menu, or with ``arguments`` as scripts do."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
    config = procedure.create_config()
    modes = Gimp.RunMode
    config.set_property("run-mode", modes.NONINTERACTIVE if arguments else modes.INTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", image.get_layers()[:1])
    for name, value in arguments.items():
        config.set_property(name, value)
    return procedure.run(config).index(0)


def _shot(name: str) -> None:
    """Whoever has started this takes a picture of the screen, and says so by taking the file."""
    Gimp.displays_flush()
    wanted = Path(os.environ["VELATURA_DRIVE_SHOTS"]) / name
    wanted.touch()
    assert hands.wait_for(lambda: not wanted.exists(), _SHOT_SECONDS)


@pytest.mark.parametrize("profile", list(_PROFILES))
@pytest.mark.parametrize("precision", _PRECISIONS, ids=lambda each: each.value_nick)
def test_one_undo_brings_back_every_byte(precision: Gimp.Precision, profile: str) -> None:
    Gegl.init(None)
    window = _opened(precision, profile)
    shows = precision == _PRECISIONS[0] and profile == "sRGB"
    image = window.image
    before, tree = hands.seen(image), hands.fingerprint(image)
    try:
        if shows:
            time.sleep(1.0)  # the window is drawn
            _shot("before")
        assert _remove(image) == Gimp.PDBStatusType.SUCCESS
        assert len(image.get_layers()) == 2
        kept = drawable_bytes(image.get_layers()[1], picture_format(image))
        assert kept == tree[1][0][3]
        assert hands.seen(image) != before
        if shows:
            _shot("after")
        hands.undo(window)
        assert hands.fingerprint(image)[1:4] == tree[1:4]
        assert hands.seen(image) == before
    finally:
        hands.close_all()


def test_an_error_leaves_the_picture_as_it_was() -> None:
    Gegl.init(None)
    window = _opened(Gimp.Precision.U8_NON_LINEAR)
    try:
        tree = hands.fingerprint(window.image)
        assert _remove(window.image, engine="none_such") == Gimp.PDBStatusType.EXECUTION_ERROR
        assert hands.fingerprint(window.image) == tree
    finally:
        hands.close_all()
