from __future__ import annotations

import colorsys
import struct
import zlib
from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.contracts.panel.fixtures import OpenDesk
from tests.hosts import samples
from velatura_plugin.ui.model import Field, FieldKind, Form, Option
from velatura_protocol.parameters import ParameterValue

NAMES = (
    "Oil", "Watercolour", "Ink and wash with a very long name", "Pencil", "Woodcut", "Mosaic",
    "Pastel", "Cartoon", "Stained glass", "Newsprint", "Engraving", "Gouache", "Pixels",
)  # fmt: skip


def colour_of(index: int) -> tuple[int, ...]:
    return tuple(round(255 * each) for each in colorsys.hsv_to_rgb(index / len(NAMES), 0.7, 0.8))


def png(index: int, side: int = 96) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

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


def shown(desk: Desk, field: Field) -> Any:
    model = replace(samples.IDLE, form=Form((samples.TASK, samples.ENGINE, field), samples.MORE))
    row = desk.show(model).form.main.row(field.id)
    assert row is not None
    return row.editor


def columns(desk: Desk, editor: Any) -> int:
    tops = [each.top for each in desk.gallery.places(editor)]
    return sum(each == tops[0] for each in tops)


@pytest.mark.parametrize("is_narrow", [True, False], ids=["narrow", "wide"])
def test_as_many_side_by_side_as_there_is_room_for(open_desk: OpenDesk, is_narrow: bool) -> None:
    desk = open_desk(open_desk().least_width if is_narrow else 420)
    editor = shown(desk, gallery())
    assert columns(desk, editor) >= (2 if is_narrow else 4)
    places = desk.gallery.places(editor)
    width, height = desk.gallery.room(editor)
    row = places[columns(desk, editor)].top - places[0].top
    assert max(each.right for each in places) <= width
    assert 2 * row < height < 3 * row, "the next row is cut"
    assert max(each.bottom for each in places) > height


def test_few_pictures_take_little_room(desk: Desk) -> None:
    editor = shown(desk, gallery(count=2))
    places = desk.gallery.places(editor)
    height = desk.gallery.room(editor)[1]
    assert max(each.bottom for each in places) <= height < 2 * places[0].height


def test_a_click_chooses_and_the_chosen_is_seen(desk: Desk) -> None:
    editor = shown(desk, gallery())
    assert desk.gallery.chosen(editor) == [2]
    assert desk.told.edits == []
    desk.gallery.click(editor, 1)
    assert desk.told.edits == [("parameter:style", "1")]
    shown(desk, gallery("1"))
    assert desk.gallery.chosen(editor) == [1]
    assert desk.told.edits == [("parameter:style", "1")]


def test_keys_go_through_it(desk: Desk) -> None:
    editor = shown(desk, gallery("0"))
    desk.gallery.begin(editor)
    for key in (Key.RIGHT, Key.DOWN):
        desk.press(desk.focused(), key)
    assert [value for _, value in desk.told.edits] == ["1", str(1 + columns(desk, editor))]


def test_a_letter_leads_to_the_next_name_that_begins_with_it(desk: Desk) -> None:
    editor = shown(desk, gallery("0"))
    desk.gallery.begin(editor)
    desk.type_text(desk.focused(), "m")
    assert desk.told.edits == [("parameter:style", str(NAMES.index("Mosaic")))]


def test_names_and_tooltips_are_there_to_be_read(desk: Desk) -> None:
    editor = shown(desk, gallery())
    assert desk.gallery.name(editor) == "Style"
    described = [desk.gallery.described(editor, index) for index in range(3)]
    assert described == [(name, f"How {name} looks") for name in NAMES[:3]]


def test_the_chosen_picture_keeps_its_colours(desk: Desk) -> None:
    editor = shown(desk, gallery())
    desk.painted()
    for index in (1, 2):
        seen = desk.gallery.colour(editor, index)
        off = [abs(a - b) for a, b in zip(seen, colour_of(index), strict=True)]
        assert max(off) <= 2, index


@pytest.mark.parametrize("picture", [b"", b"RIFF", b"\x89PNG\r\n", png(1)[:90]])
def test_what_is_no_picture_is_still_a_choice(desk: Desk, picture: bytes) -> None:
    field = gallery("1", count=2)
    options = (replace(field.options[0], picture=picture), *field.options[1:])
    editor = shown(desk, replace(field, options=options))
    first, second = desk.gallery.places(editor)
    assert (first.top, first.height) == (second.top, second.height)
    assert desk.gallery.described(editor, 0)[0] == "Oil"
    desk.gallery.click(editor, 0)
    assert desk.told.edits == [("parameter:style", "0")]
