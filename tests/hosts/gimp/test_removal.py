"""From a photograph and a selection to a new layer, by a procedure of the real GIMP."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray

from tests.hosts.gimp.editor import Gimp

PHOTO = Path(__file__).parents[3] / "installer/demo/photo.png"
AREA = (425, 108, 50, 165)
"""The upper half of a pylon: x, y, width, height."""

_REMOVE = """
import json
Gegl.init(None)
photo, area = {photo!r}, {area!r}
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(photo))
{prepare}
image.select_rectangle(Gimp.ChannelOps.REPLACE, *area)
layer = image.get_layers()[0]
whole = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
def raw(drawable):
    return bytes(drawable.get_buffer().get(whole, 1.0, None, Gegl.AbyssPolicy.NONE))
def seen():
    made = Gimp.Layer.new_from_visible(image, image, "seen")
    try:
        return raw(made)
    finally:
        made.delete()
def export(name):
    file = Gio.File.new_for_path({folder!r} + "/" + name + ".{suffix}")
    copy = image.duplicate()
    # Flattening composites all there is over a new background, in linear light: under any second
    # layer, an empty one too, 16 bit samples come out rounded. Merging leaves them alone.
    copy.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, copy, file, None)
    copy.delete()
original, before = raw(layer), seen()
export("before")
procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
config = procedure.create_config()
config.set_property("image", image)
config.set_core_object_array("drawables", [layer])
config.set_property("seed", 7)
result = procedure.run(config)
status = result.index(0)
if status != Gimp.PDBStatusType.SUCCESS:
    raise RuntimeError(Gimp.get_pdb().get_last_error())
after = seen()
export("after")
made = [Gimp.Item.get_by_id(each) for each in json.loads(result.index(2))]
assert result.index(1).get_id() == made[-1].get_id()
open({folder!r} + "/before.raw", "wb").write(before)
open({folder!r} + "/after.raw", "wb").write(after)
told = {{
    "layers": [each.get_name() for each in image.get_layers()],
    "made": [each.get_name() for each in made],
    "kept": raw(layer) == original,
    "selected": [each.get_name() for each in image.get_selected_layers()],
    "size": [image.get_width(), image.get_height()],
}}
print("found", json.dumps(told), flush=True)
"""

_PRECISIONS = {
    "u8": "",
    "u16": "image.convert_precision(Gimp.Precision.U16_NON_LINEAR)",
    "float": "image.convert_precision(Gimp.Precision.FLOAT_NON_LINEAR)",
    "linear": "image.convert_precision(Gimp.Precision.FLOAT_LINEAR)",
}
_PROFILES = {
    each: (
        f"image.convert_color_profile(Gimp.ColorProfile.new_rgb_{each}(), "
        "Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, True)"
    )
    for each in ("srgb", "adobe")
}
_COLOURS = [(precision, profile) for precision in _PRECISIONS for profile in _PROFILES]
_SAMPLES = {"u8": np.uint8, "u16": np.uint16, "float": np.float32, "linear": np.float32}


@pytest.mark.host
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("precision", "preparation"),
    [
        *((depth, f"{_PROFILES[profile]}\n{_PRECISIONS[depth]}") for depth, profile in _COLOURS),
        ("u8", "image.convert_grayscale()"),
    ],
    ids=[*("-".join(each) for each in _COLOURS), "grey"],
)
def test_a_removal_is_a_layer_and_nothing_else(
    gimp: Gimp, data: Path, precision: str, preparation: str
) -> None:
    gimp.install()
    photo = gimp.folder / "photo.png"
    shutil.copy(PHOTO, photo)
    suffix = "png" if precision == "u8" else "tif"
    script = _REMOVE.format(
        photo=str(photo),
        area=AREA,
        prepare=preparation,
        folder=str(gimp.folder),
        suffix=suffix,
    )
    told = _found(gimp.batch(script, environment={"VELATURA_DATA_DIR": str(data)}))
    assert told["kept"], "the photograph's own layer is what it was"
    assert len(told["layers"]) == 2
    assert told["made"] == told["layers"][:1]
    assert told["selected"] == told["layers"][1:]
    before, after = (_pixels(gimp.folder / f"{name}.raw", precision, told) for name in _NAMES)
    _differ_inside_only(before, after)
    if precision == "linear":
        return  # GIMP's TIFFs are encoded, and two conversions of the same floats may differ
    before, after = (_exported(gimp.folder / f"{name}.{suffix}") for name in _NAMES)
    assert before.dtype == _SAMPLES[precision]
    _differ_inside_only(before, after)


def _differ_inside_only(before: NDArray[np.generic], after: NDArray[np.generic]) -> None:
    """Colours: the photograph has no alpha, what is seen of a picture of several layers has it."""
    colours = min(before.shape[2], after.shape[2], 3)
    before, after = before[..., :colours], after[..., :colours]
    inside = np.zeros(before.shape[:2], bool)
    x, y, width, height = AREA
    inside[y : y + height, x : x + width] = True
    outside = np.abs(before[~inside].astype(np.float64) - after[~inside].astype(np.float64))
    assert outside.max() == 0.0
    assert (before[inside] != after[inside]).any(axis=1).mean() > 0.5


def _exported(path: Path) -> NDArray[np.generic]:
    samples = pyvips.Image.new_from_file(str(path), revalidate=True).numpy()
    return samples.reshape(*samples.shape[:2], -1)


_NAMES = ("before", "after")


_FAIL = """
import json
Gegl.init(None)
told = []
for select, arguments in json.loads({cases!r}):
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({photo!r}))
    if select:
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 40, 20, 20)
    layer = image.get_layers()[0]
    whole = Gegl.Rectangle.new(0, 0, image.get_width(), image.get_height())
    before = bytes(layer.get_buffer().get(whole, 1.0, None, Gegl.AbyssPolicy.NONE))
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
    config = procedure.create_config()
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    for key, value in arguments.items():
        config.set_property(key, value)
    status = procedure.run(config).index(0)
    error = Gimp.get_pdb().get_last_error()
    after = bytes(layer.get_buffer().get(whole, 1.0, None, Gegl.AbyssPolicy.NONE))
    is_kept = after == before and len(image.get_layers()) == 1
    told.append([status == Gimp.PDBStatusType.EXECUTION_ERROR, is_kept, error])
print("found", json.dumps(told), flush=True)
"""
_FAILURES = {
    "Select something first": (False, {}),
    "none_such": (True, {"engine": "none_such"}),
    "no JSON": (True, {"parameters": "{"}),
    "JSON object": (True, {"parameters": "[1]"}),
    "locality": (True, {"parameters": '{"locality": 7.0}'}),
    "depth": (True, {"parameters": '{"depth": 1}'}),
}
"""What GIMP's error says → whether anything is selected, and the arguments that are wrong."""


@pytest.mark.host
@pytest.mark.timeout(240)
def test_what_fails_is_an_error_of_gimps_and_changes_nothing(gimp: Gimp, data: Path) -> None:
    gimp.install()
    photo = gimp.folder / "photo.png"
    shutil.copy(PHOTO, photo)
    script = _FAIL.format(photo=str(photo), cases=json.dumps(list(_FAILURES.values())))
    told = _found(gimp.batch(script, environment={"VELATURA_DATA_DIR": str(data)}))
    for said, (has_failed, is_kept, error) in zip(_FAILURES, told, strict=True):
        assert (has_failed, is_kept) == (True, True), said
        assert said in error


def _found(words: str) -> Any:
    (line,) = (each for each in words.splitlines() if each.startswith("found "))
    return json.loads(line.removeprefix("found "))


def _pixels(path: Path, precision: str, told: dict) -> NDArray[np.generic]:
    width, height = told["size"]
    samples = np.fromfile(path, _SAMPLES[precision])
    return samples.reshape(height, width, -1)
