"""Fields whose value is one of several, or picked: choices, files, colours, switches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.panel.desk import Desk
from tests.contracts.panel.forms import editor, last_edit, with_fields
from tests.hosts import samples
from velatura_plugin.ui.model import Field, FieldKind, Option

STYLE = Field(
    "role:style", FieldKind.CHOICE, "Style", "",
    options=(Option("", "None"), Option("layer", "Sky", help="A layer")),
    placeholder="Choose a file…",
)  # fmt: skip


def test_a_choice_reports_its_id(desk: Desk) -> None:
    found = editor(desk, samples.TASK)
    assert desk.fields.chosen(found) == "Remove"
    desk.fields.step(found)
    assert desk.told.edits == [("task", "fill")]


def test_a_file_is_picked_in_a_dialog_that_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    fields, picture = desk.fields, tmp_path / "oil.png"
    picture.touch()
    found = editor(desk, STYLE)
    fields.choose(found, 2)
    assert fields.chosen(found) == "None", "until there is one"
    assert desk.told.edits == []
    dialog = fields.dialog(found)
    assert dialog is not None
    assert not dialog.is_modal()
    dialog.pick(picture)
    assert desk.told.edits == [("role:style", f"file:{picture}")]
    assert fields.dialog(found) is None
    chosen = Option(f"file:{picture}", picture.name)
    options = (STYLE.options[0], chosen, STYLE.options[1])
    found = editor(desk, replace(STYLE, value=chosen.id, options=options))
    assert fields.chosen(found) == "oil.png"
    fields.choose(found, 0)
    assert desk.told.edits[1:] == [("role:style", "")]


def test_a_dialog_that_is_left_changes_nothing(desk: Desk) -> None:
    found = editor(desk, replace(STYLE, value="layer"))
    desk.fields.choose(found, 2)
    dialog = desk.fields.dialog(found)
    assert dialog is not None
    dialog.leave()
    assert desk.fields.chosen(found) == "Sky"
    assert desk.told.edits == []
    assert desk.fields.dialog(found) is None


def test_a_dialog_ends_with_the_panel(desk: Desk) -> None:
    found = editor(desk, STYLE)
    desk.fields.choose(found, 2)
    assert desk.fields.dialog(found) is not None
    desk.close()
    assert desk.fields.dialog(found) is None


def test_layers_in_groups_are_indented(desk: Desk) -> None:
    texts = desk.fields.options(editor(desk, replace(samples.MORE[-1], enabled=True)))
    assert [each.strip() for each in texts] == ["What is seen", "Group", "Wall"]
    assert texts[2] != texts[2].strip()
    assert texts[1] == texts[1].strip()


def test_what_an_entry_of_a_list_is_can_be_read_there(desk: Desk) -> None:
    assert desk.fields.option_tooltip(editor(desk, STYLE), 1) == "A layer"


def test_a_choice_that_is_gone_shows_nothing(desk: Desk) -> None:
    found = editor(desk, replace(STYLE, value="layer"))
    desk.show(with_fields(replace(STYLE, value="other")))
    assert desk.fields.chosen(found) == ""
    assert desk.told.edits == []


@pytest.mark.parametrize(("across", "down"), [(0.04, 0.5), (0.5, 0.5), (0.97, 0.9)])
def test_a_switch_is_met_anywhere_in_its_row(desk: Desk, across: float, down: float) -> None:
    desk.click(editor(desk, samples.MORE[3]).widget, across, down)
    assert desk.told.edits == [("parameter:seamless", False)]


def test_a_colour_is_picked(desk: Desk) -> None:
    swatch = editor(desk, samples.MORE[5]).widget
    assert desk.fields.colour(swatch) == "#d08a1d"
    desk.fields.pick_colour(swatch, "#102030")
    assert desk.told.edits == [("parameter:tint", "#102030")]
    assert desk.names(swatch)[0] == "Tint #102030"


def test_a_palette_grows_and_shrinks(desk: Desk) -> None:
    found = editor(desk, samples.MORE[6])
    desk.click(found.add)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#3f9d5a", "#808080"))
    desk.fields.pick_colour(found.swatches[1], "#000001")
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#000001", "#808080"))
    desk.click(found.remove)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1", "#000001"))
    desk.click(found.remove)
    assert last_edit(desk) == ("parameter:colours", ("#3d8fd1",))
    assert [desk.is_seen(each) for each in found.swatches] == [True, False, False]


def test_a_path_is_looked_for(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "ink.png"
    picture.touch()
    found = editor(desk, samples.MORE[7])
    desk.click(found.browse)
    dialog = desk.fields.dialog(found)
    assert dialog is not None
    dialog.pick(picture)
    assert desk.told.edits == [("role:style", str(picture))]
    assert desk.text(desk.fields.line(found)) == str(picture)
