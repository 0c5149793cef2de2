"""Choosing in the real Krita: a style by its picture, and between the results of several jobs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hosts.krita.inside.clicks import LEFT, QTest, full_screen, only_panel_and_layers
from tests.hosts.krita.inside.visit import KEYS, TOWER, Visit
from velatura_plugin.ui.model import Action, FieldKind
from velatura_plugin.ui.qt.form import FieldRow
from velatura_protocol.geometry import Rect

SKY, OTHER_SKY = Rect(215, 110, 30, 50), Rect(330, 40, 40, 50)
"""Apart: a pointer that begins inside of a selection moves it."""


def main(driver) -> Iterator[object]:
    visit = Visit(driver)
    yield from full_screen(driver)
    document = yield from visit.open_photo(scale=1)
    yield from only_panel_and_layers(driver, visit.width)
    visit.app.action("zoom_to_fit").trigger()
    yield from visit.order("start")
    yield visit.online()
    yield from _gallery(visit)
    yield from _several(visit, document)
    yield from _missed(visit, document)
    visit.hands.close_all()
    yield 300


def _gallery(visit: Visit) -> Iterator[object]:
    """By a click, by keys, and back to the usual task."""
    task = _row(visit, "task").editor.widget
    task.setCurrentIndex(task.findData("restyle"))
    yield 300
    gallery = _kind(visit, FieldKind.GALLERY)
    pictures = gallery.editor.list
    visit.view.ensureWidgetVisible(pictures)
    yield from visit.shoot("gallery")
    tops = [pictures.visualItemRect(pictures.item(i)).top() for i in range(pictures.count())]
    place = pictures.visualItemRect(pictures.item(2)).center()
    QTest.mouseClick(pictures.viewport(), LEFT, pos=place)
    clicked = pictures.currentRow()
    pictures.setFocus()
    visit.panel.press(pictures, KEYS.Key_Right)
    visit.note(
        "gallery",
        count=pictures.count(),
        pictured=sum(not pictures.item(i).icon().isNull() for i in range(pictures.count())),
        columns=sum(each == tops[0] for each in tops),
        rows=[clicked, pictures.currentRow()],
        label=pictures.accessibleName(),
    )
    yield 200
    task.setCurrentIndex(task.findData("remove"))
    yield 300


def _several(visit: Visit, document) -> Iterator[object]:
    """Two removals are staged; the newer one is open, a click opens the other."""
    for count, area in enumerate((TOWER, SKY), 1):
        yield from visit.select(document, area)
        yield lambda: visit.view.generate.isEnabled()
        visit.panel.click(visit.view.generate)
        yield lambda wanted=count: len(visit.jobs()) == wanted and visit.all_ended()
    yield 300
    pile = visit.view.pile
    visit.view.ensureWidgetVisible(pile.boxes[1].accept)
    yield from visit.shoot("several")
    seen = [[each.isVisible() for each in pile.boxes]]
    visit.panel.click(pile.heads[0].button)
    seen.append([each.isVisible() for each in pile.boxes])
    visit.note("several", open=seen, heads=[each.isVisible() for each in pile.heads])


def _missed(visit: Visit, document) -> Iterator[object]:
    """A shortcut asks nothing, and a picture is closed without asking: the panel says where the
    results are, and leads there."""
    for _ in range(2):
        visit.app.action("velatura_discard").trigger()
        yield 300
    visit.view.ensureWidgetVisible(visit.view.notice)
    yield from visit.shoot("discarded")
    told = [visit.view.notice.text.text()]
    visit.panel.click(visit.panel.button(Action.OPEN_HISTORY))
    yield lambda: visit.state.history.is_known
    visit.panel.click(visit.panel.button(Action.CLOSE_HISTORY))
    yield from visit.select(document, OTHER_SKY)
    visit.panel.click(visit.view.generate)
    yield lambda: bool(visit.jobs()) and visit.all_ended()
    yield 500
    visit.hands.close(document)
    yield lambda: not visit.jobs()
    # Without a picture Krita shows its first page, and no docker.
    yield from visit.open_photo(scale=1)
    yield lambda: "photo.png" in visit.notice
    told.append(visit.notice)
    yield from visit.shoot("closed")
    visit.panel.click(visit.panel.button(Action.OPEN_FULL_HISTORY))
    yield lambda: visit.state.history.is_known
    listed = len([each for each in visit.state.history.jobs if each.can_be_restored])
    visit.note("missed", told=told, listed=listed, gone=visit.notice == told[-1])


def _row(visit: Visit, name: str) -> FieldRow:
    row = visit.view.form.main.row(name)
    assert row is not None
    return row


def _kind(visit: Visit, kind: FieldKind) -> FieldRow:
    (found,) = (each for each in visit.view.form.main.rows if each.kind is kind)
    return found
