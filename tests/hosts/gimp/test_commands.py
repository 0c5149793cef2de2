"""Procedures beside the tasks: what they say where no panel is open, and to whom."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.gimp.editor import Gimp
from velatura_plugin.ui.commands import commands

PHOTO = Path(__file__).parents[3] / "installer/demo/photo.png"
NAMES = [f"plug-in-velatura-{each.id.replace('_', '-')}" for each in commands()]
NO_PANEL = "The panel is not open. Open it first: Filters ▸ Velatura ▸ Panel."

_CALL = """
import json
Gegl.init(None)
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path({photo!r}))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 40, 20, 20)
pdb, told = Gimp.get_pdb(), {{}}
for name in json.loads({names!r}):
    procedure = pdb.lookup_procedure(name)
    config = procedure.create_config()
    config.set_property("image", image)
    config.set_core_object_array("drawables", image.get_layers())
    failed = procedure.run(config).index(0) == Gimp.PDBStatusType.EXECUTION_ERROR
    told[name] = [failed, pdb.get_last_error(), len(image.get_layers())]
known = [each for each in json.loads({known!r}) if pdb.procedure_exists(each)]
print("found", json.dumps({{"told": told, "known": known}}), flush=True)
"""


def _called(gimp: Gimp, names: list[str], **environment: str) -> Any:
    gimp.install()
    photo = gimp.folder / "photo.png"
    shutil.copy(PHOTO, photo)
    script = _CALL.format(photo=str(photo), names=json.dumps(names), known=json.dumps(NAMES))
    words = gimp.batch(script, environment=environment)
    (line,) = (each for each in words.splitlines() if each.startswith("found "))
    return json.loads(line.removeprefix("found "))


@pytest.mark.host
@pytest.mark.timeout(180)
def test_what_only_a_panel_has_is_told_to_need_one(gimp: Gimp, tmp_path: Path) -> None:
    without = [
        f"plug-in-velatura-{name}"
        for name in (
            "repeat", "stop", "accept", "accept-all", "discard", "next", "previous", "compare",
            "panel", "retouch-mode",
        )
    ]  # fmt: skip
    found = _called(gimp, without, VELATURA_DATA_DIR=str(tmp_path))
    assert found["known"] == NAMES, "all of them are there"
    assert len(NAMES) == 22
    assert found["told"] == {name: [True, NO_PANEL, 1] for name in without}


@pytest.mark.host
@pytest.mark.timeout(180)
def test_a_confined_gimp_says_what_to_type(gimp: Gimp) -> None:
    """As its Snap and its Flatpak are, which may start no programs of the machine."""
    data = gimp.folder / "confined"
    data.mkdir()
    (data / "install.json").write_text(json.dumps({"command": ["/opt/velatura", "serve"]}))
    name = "plug-in-velatura-remove"
    found = _called(gimp, [name], VELATURA_DATA_DIR=str(data), SNAP_NAME="gimp")
    failed, sentence, layers = found["told"][name]
    assert (failed, layers) == (True, 1)
    assert "cannot start the engine" in sentence
    assert sentence.endswith(f"/opt/velatura serve --stay --data-dir {data}")


@pytest.mark.host
@pytest.mark.timeout(180)
def test_where_nothing_is_installed_that_is_said_at_once(gimp: Gimp) -> None:
    data = gimp.folder / "bare"
    data.mkdir()
    name = "plug-in-velatura-remove"
    found = _called(gimp, [name], VELATURA_DATA_DIR=str(data))
    failed, sentence, layers = found["told"][name]
    assert (failed, layers) == (True, 1)
    assert "not installed" in sentence
