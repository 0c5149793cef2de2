"""What cannot be worked on, and what goes wrong on the way: in the real GIMP, with a backend that
may be killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hosts.counts import INSIDE
from tests.hosts.gimp.editor import Gimp
from tests.hosts.gimp.windows import GimpWindows
from tests.hosts.krita.serving import Serving, kept_running

SUITES = {"refusals": 24, "accidents": 21}
"""How many tests each has at least."""
SECONDS = 500.0


@pytest.fixture
def serving(gimp_windows: GimpWindows) -> Iterator[Serving]:
    folder = gimp_windows.folder / "serving"
    folder.mkdir(exist_ok=True)
    with kept_running(folder / "data", folder) as found:
        yield found


@pytest.mark.host
@pytest.mark.timeout(560)
@pytest.mark.parametrize("suite", SUITES)
def test_what_goes_wrong(
    gimp_windows: GimpWindows,
    serving: Serving,
    record_property: Callable[[str, object], None],
    suite: str,
) -> None:
    found = gimp_windows.run_inside(suite, SECONDS, environment=serving.environment)
    record_property(INSIDE, len(found.outcomes))
    told = [f"{name}\n{text}" for name, text in found.failures.items()]
    assert not told, "\n\n".join(told)
    assert set(found.outcomes.values()) == {"passed"}
    assert len(found.outcomes) >= SUITES[suite]


_ALONE = """
image = Gimp.Image.new(64, 48, Gimp.ImageBaseType.RGB)
layer = Gimp.Layer.new(image, "one", 64, 48, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
image.insert_layer(layer, None, 0)
image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 9, 9)
procedure = Gimp.get_pdb().lookup_procedure("plug-in-velatura-remove")
config = procedure.create_config()
config.set_property("image", image)
config.set_core_object_array("drawables", [layer])
assert procedure.run(config).index(0) == Gimp.PDBStatusType.EXECUTION_ERROR
print("said", Gimp.get_pdb().get_last_error(), flush=True)
assert len(image.get_layers()) == 1
"""


@pytest.mark.host
@pytest.mark.timeout(180)
def test_without_a_backend_it_says_so(gimp: Gimp, tmp_path: Path) -> None:
    """None runs, and none is installed that could be started."""
    gimp.install()
    nowhere = gimp.folder / "nowhere"
    words = gimp.batch(_ALONE, environment={"VELATURA_DATA_DIR": str(nowhere)})
    (line,) = (each for each in words.splitlines() if each.startswith("said "))
    assert "The engine is not running" in line
