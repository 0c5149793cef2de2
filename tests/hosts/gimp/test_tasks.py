"""Every task by its procedure in the real GIMP: what becomes of the picture's size and layers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.hosts.gimp.editor import Gimp

PHOTO = Path(__file__).parents[3] / "installer/demo/photo.png"

_RUN = """
import json
Gegl.init(None)
loaded = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({photo!r}))
loaded.crop(96, 80, 400, 150)
told = {{}}
for name, arguments in json.loads({tasks!r}).items():
    image = loaded.duplicate()
    layer = image.get_layers()[0]
    if arguments.pop("select", False):
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 30, 20, 24, 30)
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-" + name)
    config = procedure.create_config()
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    for key, value in arguments.items():
        config.set_property(key, value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        told[name] = Gimp.get_pdb().get_last_error()
        continue
    made = [Gimp.Item.get_by_id(each) for each in json.loads(result.index(2))]
    own = made[-1].get_image()
    told[name] = {{
        "same": own.get_id() == image.get_id(),
        "size": [own.get_width(), own.get_height()],
        "made": len(made),
        "layers": len(own.get_layers()),
    }}
print("found", json.dumps(told), flush=True)
"""
_TASKS = {
    "remove": {"select": True},
    "fill": {"select": True, "variations": 2},
    "cut-out": {"select": True},
    "restyle": {},
    "recolour": {"parameters": '{"harmony": "none_such"}'},
    "restore": {},
    "vary": {},
    "tile": {},
    "upscale": {"scale": 1.5},
    "extend": {"percent": 25.0},
    "retarget": {"width": 80, "height": 90},
}


@pytest.mark.host
@pytest.mark.timeout(300)
def test_every_task_makes_what_it_says(gimp: Gimp, data: Path) -> None:
    gimp.install()
    photo = gimp.folder / "photo.png"
    shutil.copy(PHOTO, photo)
    script = _RUN.format(photo=str(photo), tasks=json.dumps(_TASKS))
    words = gimp.batch(script, 270.0, environment={"VELATURA_DATA_DIR": str(data)})
    (line,) = (each for each in words.splitlines() if each.startswith("found "))
    told = json.loads(line.removeprefix("found "))
    one_more = {"same": True, "size": [96, 80], "made": 1, "layers": 2}
    for name in ("remove", "cut-out", "restyle", "restore", "vary", "tile"):
        assert told[name] == one_more, name
    assert told["fill"] == {"same": True, "size": [96, 80], "made": 3, "layers": 2}, "a group"
    assert told["upscale"] == {"same": False, "size": [144, 120], "made": 1, "layers": 1}
    assert told["extend"] == {"same": True, "size": [144, 120], "made": 1, "layers": 2}
    assert told["retarget"] == {"same": True, "size": [80, 90], "made": 1, "layers": 2}
    assert "harmony" in told["recolour"]
