"""The GIMP that the plug-in is for starts here, and its Python can read and write pixels."""

from __future__ import annotations

import json

import pytest

from tests.hosts.gimp.editor import BatchFailed, Gimp

_SCRIPT = """
import json
Gegl.init(None)
image = Gimp.Image.new(4, 3, Gimp.ImageBaseType.RGB)
layer = Gimp.Layer.new(image, "one", 4, 3, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
image.insert_layer(layer, None, 0)
whole, pixels = Gegl.Rectangle.new(0, 0, 4, 3), bytes(range(48))
buffer = layer.get_buffer()
buffer.set(whole, "R'G'B'A u8", pixels)
buffer.flush()
read = layer.get_buffer().get(whole, 1.0, "R'G'B'A u8", Gegl.AbyssPolicy.NONE)
layers = [each.get_name() for each in image.get_layers()]
found = {"version": Gimp.version(), "layers": layers, "equal": bytes(read) == pixels}
print("found", json.dumps(found), flush=True)
"""


@pytest.mark.host
def test_pixels_written_in_gimp_come_back(gimp: Gimp) -> None:
    (line,) = (each for each in gimp.batch(_SCRIPT).splitlines() if each.startswith("found "))
    found = json.loads(line.removeprefix("found "))
    assert found == {"version": gimp.version, "layers": ["one"], "equal": True}


@pytest.mark.host
def test_a_batch_that_raises_fails(gimp: Gimp) -> None:
    with pytest.raises(BatchFailed, match="ZeroDivisionError"):
        gimp.batch("1 / 0")
