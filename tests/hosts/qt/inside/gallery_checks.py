from __future__ import annotations

import colorsys
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

import pytest

from tests.hosts import samples
from tests.hosts.qt.inside.desk import Desk
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.ui.model import Field, FieldKind, Form, Option
from velatura_plugin.ui.qt.compat import QEvent, Qt
from velatura_plugin.ui.qt.gallery import MOST_ROWS, GalleryEditor, PictureList
from velatura_plugin.ui.qt.panel import LEAST_WIDTH
from velatura_protocol.parameters import ParameterValue

KEYS = Qt.Key
NAMES = (
    "Oil", "Watercolour", "Ink and wash with a very long name", "Pencil", "Woodcut", "Mosaic",
    "Pastel", "Cartoon", "Stained glass", "Newsprint", "Engraving", "Gouache", "Pixels",
)  # fmt: skip


def colour_of(index: int) -> tuple[int, ...]:
    return tuple(round(255 * each) for each in colorsys.hsv_to_rgb(index / len(NAMES), 0.7, 0.8))


def png(index: int, side: int = 96) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(colour_of(index)) * side) * side)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def gallery(value: ParameterValue = "2", count: int = len(NAMES)) -> Field:
    options = tuple(
        Option(str(i), name, help=f"How {name} looks", picture=png(i))
        for i, name in enumerate(NAMES[:count])
    )
    return Field("parameter:style", FieldKind.GALLERY, "Style", value, options=options)


def shown(desk: Desk, field: Field) -> PictureList:
    model = replace(samples.IDLE, form=Form((samples.TASK, samples.ENGINE, field), samples.MORE))
    row = desk.show(model).form.main.row(field.id)
    assert row is not None
    assert isinstance(row.editor, GalleryEditor)
    return row.editor.list


def columns(pictures: PictureList) -> int:
    rects = [pictures.visualItemRect(pictures.item(i)) for i in range(pictures.count())]
    return sum(each.top() == rects[0].top() for each in rects)


@pytest.mark.parametrize(("width", "least"), [(LEAST_WIDTH, 2), (420, 4)])
def test_as_many_side_by_side_as_there_is_room_for(
    open_desk: Callable[..., Desk], width: int, least: int
) -> None:
    pictures = shown(open_desk(width), gallery())
    found = columns(pictures)
    assert found >= least
    right = max(pictures.visualItemRect(pictures.item(i)).right() for i in range(pictures.count()))
    assert right <= pictures.viewport().width()
    rows = -(-pictures.count() // found)
    last = pictures.visualItemRect(pictures.item(pictures.count() - 1))
    assert (last.bottom() <= pictures.viewport().height()) == (rows <= MOST_ROWS)


def test_few_pictures_take_little_room(desk: Desk) -> None:
    pictures = shown(desk, gallery(count=2))
    assert pictures.height() < 2 * pictures.gridSize().height()
    assert not pictures.verticalScrollBar().isVisible()


def test_a_click_chooses_and_the_chosen_is_seen(desk: Desk) -> None:
    pictures = shown(desk, gallery())
    assert pictures.currentRow() == 2
    assert desk.told.edits == []
    place = pictures.visualItemRect(pictures.item(1)).center()
    QTest.mouseClick(pictures.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.told.edits == [("parameter:style", "1")]
    shown(desk, gallery("1"))
    assert pictures.currentRow() == 1
    assert desk.told.edits == [("parameter:style", "1")]


def test_keys_go_through_it(desk: Desk) -> None:
    pictures = shown(desk, gallery("0"))
    desk.view.activateWindow()
    pictures.setFocus()
    for key in (KEYS.Key_Right, KEYS.Key_Down):
        QTest.keyClick(pictures, key)
    assert [value for _, value in desk.told.edits] == ["1", str(1 + columns(pictures))]
    QTest.keyClicks(pictures, "mos")
    assert desk.told.edits[-1] == ("parameter:style", "5")


def test_names_and_tooltips_are_there_to_be_read(desk: Desk) -> None:
    pictures = shown(desk, gallery())
    assert pictures.accessibleName() == "Style"
    assert [pictures.item(i).text() for i in range(3)] == list(NAMES[:3])
    assert pictures.item(0).toolTip() == "How Oil looks"


def test_the_chosen_picture_keeps_its_colours(desk: Desk) -> None:
    pictures = shown(desk, gallery())
    desk.settle()
    for index in (1, 2):
        place = pictures.visualItemRect(pictures.item(index)).center()
        seen = pictures.viewport().grab().toImage().pixelColor(place.x(), place.y() - 8)
        off = [abs(a - b) for a, b in zip(seen.getRgb(), colour_of(index), strict=False)]
        assert max(off) <= 2, index


@pytest.mark.parametrize("picture", [b"", b"RIFF", b"\x89PNG\r\n"])
def test_what_is_no_picture_is_still_a_choice(desk: Desk, picture: bytes) -> None:
    field = gallery("1", count=2)
    options = (replace(field.options[0], picture=picture), *field.options[1:])
    pictures = shown(desk, replace(field, options=options))
    tops = {pictures.visualItemRect(pictures.item(i)).top() for i in range(2)}
    assert len(tops) == 1
    assert pictures.item(0).text() == "Oil"


def test_shortcuts_of_the_editor_do_not_reach_through(desk: Desk) -> None:
    pictures = shown(desk, gallery())
    override = QEvent(QEvent.Type.ShortcutOverride)
    override.ignore()
    assert desk.view._shield.eventFilter(pictures, override)
    assert override.isAccepted()
