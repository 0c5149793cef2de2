from __future__ import annotations

import colorsys
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

import pytest

from tests.hosts import samples
from tests.hosts.gtk.inside.desk import Desk, click, names, painted, place, press, settle
from velatura_plugin.ui.gtk.gallery import GalleryEditor, GalleryEntry
from velatura_plugin.ui.gtk.measures import LEAST_WIDTH
from velatura_plugin.ui.gtk.toolkit import Gdk
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


def shown(desk: Desk, field: Field) -> GalleryEditor:
    model = replace(samples.IDLE, form=Form((samples.TASK, samples.ENGINE, field), samples.MORE))
    row = desk.show(model).form.main.row(field.id)
    assert row is not None
    assert isinstance(row.editor, GalleryEditor)
    return row.editor


def entries(editor: GalleryEditor) -> list[GalleryEntry]:
    return editor.list.get_children()


def columns(editor: GalleryEditor) -> int:
    tops = [place(each, editor.list)[1] for each in entries(editor)]
    return sum(each == tops[0] for each in tops)


@pytest.mark.parametrize(("width", "least"), [(LEAST_WIDTH, 3), (420, 4)])
def test_as_many_side_by_side_as_there_is_room_for(
    open_desk: Callable[..., Desk], width: int, least: int
) -> None:
    editor = shown(open_desk(width), gallery())
    assert columns(editor) >= least
    frame = editor.widget
    height = entries(editor)[0].get_allocated_height()
    assert 2 * height < frame.get_allocated_height() < 3 * height, "the next row is cut"
    for each in entries(editor):
        right = place(each, frame)[0] + each.get_allocated_width()
        assert right <= frame.get_allocated_width()


def test_few_pictures_take_little_room(desk: Desk) -> None:
    editor = shown(desk, gallery(count=2))
    height = entries(editor)[0].get_allocated_height()
    assert editor.widget.get_allocated_height() < 2 * height


def test_a_click_chooses_and_the_chosen_is_seen(desk: Desk) -> None:
    editor = shown(desk, gallery())
    assert [each.is_selected() for each in entries(editor)[:4]] == [False, False, True, False]
    assert desk.told.edits == []
    click(entries(editor)[1])
    assert desk.told.edits == [("parameter:style", "1")]
    shown(desk, gallery("1"))
    assert [each.is_selected() for each in entries(editor)[:3]] == [False, True, False]
    assert desk.told.edits == [("parameter:style", "1")]


def test_keys_go_through_it(desk: Desk) -> None:
    editor = shown(desk, gallery("0"))
    editor.list.child_focus(0)
    settle()
    for key in ("Right", "Down"):
        press(desk.window.get_focus(), key)
    assert [value for _, value in desk.told.edits] == ["1", str(1 + columns(editor))]


def test_letters_lead_to_the_next_name_that_begins_with_them(desk: Desk) -> None:
    editor = shown(desk, gallery("0"))
    editor.list.child_focus(0)
    settle()
    for key in ("m", "p", "p", "z"):
        press(desk.window.get_focus(), key)
    chosen = [NAMES[int(str(value))] for _, value in desk.told.edits]
    assert chosen == ["Mosaic", "Pastel", "Pixels"]


def test_names_and_tooltips_are_there_to_be_read(desk: Desk) -> None:
    editor = shown(desk, gallery())
    assert names(editor.list)[0] == "Style"
    assert [names(each) for each in entries(editor)[:2]] == [
        ("Oil", "How Oil looks"),
        ("Watercolour", "How Watercolour looks"),
    ]
    assert entries(editor)[0].get_tooltip_text() == "How Oil looks"


def test_the_chosen_picture_keeps_its_colours(desk: Desk) -> None:
    editor = shown(desk, gallery())
    painted(desk.window)
    window = desk.window.get_window()
    for index in (1, 2):
        entry = entries(editor)[index]
        left, top = entry.translate_coordinates(desk.window, entry.get_allocated_width() // 2, 20)
        seen = Gdk.pixbuf_get_from_window(window, left, top, 1, 1).get_pixels()
        off = [abs(a - b) for a, b in zip(seen, colour_of(index), strict=False)]
        assert max(off) <= 2, index


@pytest.mark.parametrize("picture", [b"", b"RIFF", b"\x89PNG\r\n", png(1)[:90]])
def test_what_is_no_picture_is_still_a_choice(desk: Desk, picture: bytes) -> None:
    field = gallery("1", count=2)
    options = (replace(field.options[0], picture=picture), *field.options[1:])
    editor = shown(desk, replace(field, options=options))
    first, second = entries(editor)
    assert first.get_allocated_height() == second.get_allocated_height()
    click(first)
    assert desk.told.edits == [("parameter:style", "0")]
