from __future__ import annotations

import pytest

from tests.plugin.desk import noise
from tests.plugin.events import CONTENT
from velatura_plugin.host.base import Spot
from velatura_plugin.host.memory.editor import MemoryEditor
from velatura_plugin.host.memory.host import MemoryHost
from velatura_protocol.errors import NotFound
from velatura_protocol.geometry import Rect, Size


def test_undo_takes_one_step_back() -> None:
    editor = MemoryEditor()
    document = editor.open(noise(Size(8, 6)))
    layer = editor.add_layer(document, "Paint", Rect(0, 0, 2, 2), noise(Size(2, 2)))
    editor.remove_layer(document, layer)
    with pytest.raises(NotFound):
        editor.remove_layer(document, layer)
    editor.undo(document)
    assert [each.name for each in editor.find(document.id).contents.layers][-1:] == ["Paint"]


def test_what_is_staged_is_a_step_of_its_own() -> None:
    host = MemoryHost()
    document = host.open(noise(Size(8, 6)))
    host.select(document, Rect(0, 0, 2, 2))
    host.show_result(document, "job", CONTENT, spot=Spot())
    host.undo(document)
    assert host.selection(document) is not None
    host.undo(document)
    assert host.selection(document) is None


def test_an_undo_brings_no_preview_back() -> None:
    host = MemoryHost()
    document = host.open(noise(Size(8, 6)))
    host.show_result(document, "job", CONTENT, spot=Spot())
    host.select(document, Rect(0, 0, 2, 2))
    host.clear(document, "job")
    host.undo(document)
    assert [each.job for each in host.find(document.id).contents.layers] == [""]
