from __future__ import annotations

from typing import Any

from tests.contracts.panel.gallery_hands import GalleryHands
from tests.contracts.panel.place import Place
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.ui.qt.compat import QApplication, Qt


class QtGallery(GalleryHands):
    def places(self, editor: Any) -> list[Place]:
        listed = editor.list
        rects = [listed.visualItemRect(listed.item(i)) for i in range(listed.count())]
        return [Place(each.x(), each.y(), each.width(), each.height()) for each in rects]

    def room(self, editor: Any) -> tuple[int, int]:
        viewport = editor.list.viewport()
        return viewport.width(), viewport.height()

    def chosen(self, editor: Any) -> list[int]:
        rows = [editor.list.row(each) for each in editor.list.selectedItems()]
        assert rows == [editor.list.currentRow()]
        return rows

    def click(self, editor: Any, index: int) -> None:
        place = editor.list.visualItemRect(editor.list.item(index)).center()
        QTest.mouseClick(editor.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def begin(self, editor: Any) -> None:
        editor.list.window().activateWindow()
        editor.list.setFocus()
        QApplication.processEvents()

    def name(self, editor: Any) -> str:
        return str(editor.list.accessibleName())

    def described(self, editor: Any, index: int) -> tuple[str, str]:
        item = editor.list.item(index)
        return str(item.text()), str(item.toolTip())

    def colour(self, editor: Any, index: int) -> tuple[int, int, int]:
        listed = editor.list
        place = listed.visualItemRect(listed.item(index)).center()
        seen = listed.viewport().grab().toImage().pixelColor(place.x(), place.y() - 8)
        return seen.red(), seen.green(), seen.blue()
