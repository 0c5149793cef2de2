from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contracts.panel.desk import Desk, Entry, Held, Key, Told
from tests.contracts.panel.fixtures import OpenDesk
from tests.contracts.panel.place import Place
from tests.hosts.qt.inside.fields import QtFields
from tests.hosts.qt.inside.gallery import QtGallery
from tests.hosts.qt.inside.hands import (
    HELD,
    KEYS,
    LEFT,
    NONE,
    ON_THE_PAD,
    Watch,
    is_passed_up,
    repeat,
)
from tests.hosts.qt.inside.images import Drawn
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.i18n import Translations
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.qt.compat import (
    QAbstractSpinBox,
    QApplication,
    QEvent,
    QPalette,
    QPoint,
    Qt,
    QWidget,
)
from velatura_plugin.ui.qt.images import image_of
from velatura_plugin.ui.qt.measures import LEAST_TARGET, line
from velatura_plugin.ui.qt.panel import LEAST_WIDTH, PanelView
from velatura_plugin.ui.qt.thumbnail import FRAME
from velatura_protocol.pixels import Pixels

HEIGHT = 900
PATIENCE_S = 60.0
INNER = ("QScrollArea", "QComboBoxListView")


class QtDesk(Desk):
    least_width, least_target = LEAST_WIDTH, LEAST_TARGET
    least_width_of_long_words = 400  # its buttons keep their words on one line

    def __init__(self, application: QApplication, view: PanelView, told: Told) -> None:
        self.application, self.view, self.told = application, view, told
        self.body = view.widget()
        self.fields, self.gallery = QtFields(application), QtGallery()
        self._watches: list[Watch] = []
        self._is_closed = False

    # -- the window --------------------------------------------------------------------------------

    def settle(self) -> None:
        for _ in range(4):
            self.application.processEvents()

    def painted(self) -> None:
        self.settle()
        self.view.grab()

    def width(self) -> int:
        return int(self.view.viewport().width())

    def hide(self) -> None:
        self.view.hide()

    def unhide(self) -> None:
        self.view.show()
        self.settle()

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self.view.close()
        self.view.deleteLater()
        # Here and now: collected as rubbish, its timers would call what is gone.
        self.application.sendPostedEvents(self.view, QEvent.Type.DeferredDelete)

    @contextmanager
    def looked_away(self) -> Iterator[None]:
        other = QWidget()
        other.show()
        other.activateWindow()
        self._until(other.isActiveWindow)
        try:
            yield
        finally:
            other.close()

    def layouts(self) -> list[object]:
        self._watches.append(Watch(self.body, QEvent.Type.LayoutRequest))
        return self._watches[-1].events

    def _until(self, done: Callable[[], object]) -> None:
        late = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < late, "waited in vain"
            self.application.processEvents()

    # -- hands -------------------------------------------------------------------------------------

    def click(self, widget: QWidget, across: float = 0.5, down: float = 0.5) -> None:
        assert widget.isVisible()
        place = QPoint(round(across * widget.width()), round(down * widget.height()))
        QTest.mouseClick(widget, LEFT, NONE, place)
        self.settle()

    def hold(self, widget: QWidget) -> None:
        assert widget.isVisible()
        QTest.mousePress(widget, LEFT)

    def let_go(self, widget: QWidget) -> None:
        QTest.mouseRelease(widget, LEFT)

    def press(self, widget: QWidget, key: Key, held: Held = Held.NOTHING) -> None:
        pad = Qt.KeyboardModifier.KeypadModifier if key in ON_THE_PAD else NONE
        QTest.keyClick(widget, KEYS[key], HELD[held] | pad)
        self.settle()

    def hold_key(self, widget: QWidget, key: Key) -> None:
        QTest.keyPress(widget, KEYS[key])
        repeat(widget, key)

    def let_key_go(self, widget: QWidget, key: Key) -> None:
        QTest.keyRelease(widget, KEYS[key])

    def type_text(self, widget: QWidget, text: str) -> None:
        self.focus(widget)
        QTest.keyClicks(widget, text)
        self.settle()

    def retype(self, widget: Any, text: str) -> None:
        self.focus(widget)
        widget.selectAll()
        QTest.keyClick(widget, Qt.Key.Key_Delete)
        self.type_text(widget, text)

    def focus(self, widget: QWidget) -> None:
        self.view.activateWindow()
        widget.setFocus()
        self.settle()

    def roll(self, widget: QWidget) -> bool:
        reached = is_passed_up(widget, self.body)
        self.settle()
        return reached

    # -- eyes --------------------------------------------------------------------------------------

    def focused(self) -> QWidget | None:
        return self.application.focusWidget()

    def is_seen(self, widget: QWidget) -> bool:
        return bool(widget.isVisible())

    def is_enabled(self, widget: QWidget) -> bool:
        return bool(widget.isEnabled())

    def is_on(self, widget: Any) -> bool:
        return bool(widget.isChecked())

    def text(self, widget: Any) -> str:
        for name in ("toPlainText", "currentText", "text"):
            found = getattr(widget, name, None)
            if callable(found):
                return str(found())
        return ""

    def names(self, widget: QWidget) -> tuple[str, str]:
        return str(widget.accessibleName()), str(widget.accessibleDescription())

    def tooltip(self, widget: QWidget) -> str:
        return str(widget.toolTip())

    def place(self, widget: QWidget, inside: QWidget | None = None) -> Place:
        corner = widget.mapTo(inside or self.body, QPoint(0, 0))
        return Place(corner.x(), corner.y(), widget.width(), widget.height())

    def seen(self) -> Iterator[QWidget]:
        def place(widget: QWidget) -> tuple[int, int, int, str]:
            found = self.place(widget)
            return found.top, found.left, -found.width * found.height, type(widget).__name__

        here = [
            each for each in self.body.findChildren(QWidget)
            if each.isVisible() and each.window() is self.view.window()
        ]  # fmt: skip
        return iter(sorted(here, key=place))

    def stops(self) -> Iterator[QWidget]:
        for each in self.seen():
            is_inner = isinstance(each.parent(), QAbstractSpinBox) or type(each).__name__ in INNER
            if each.focusPolicy() != Qt.FocusPolicy.NoFocus and not is_inner:
                yield each

    def clipboard(self) -> str:
        return str(self.application.clipboard().text())

    # -- parts -------------------------------------------------------------------------------------

    def status_word(self) -> str:
        return str(self.view.status.word.text())

    def announced(self) -> str:
        return str(self.view.announcer.text())

    def entries(self, menu: Any) -> list[Entry]:
        return [
            Entry(str(each.text()), bool(each.isEnabled()), each.trigger)
            for each in menu.menu().actions()
        ]

    def led_to(self, label: Any) -> QWidget | None:
        return label.buddy()

    def fraction(self, progress: Any) -> float | None:
        most = progress.bar.maximum()
        return progress.bar.value() / most if most else None

    def button(self, box: Any, action: Action) -> QWidget:
        named = {
            Action.ACCEPT: box.accept,
            Action.DISCARD: box.discard,
            Action.NEXT: box.next,
            Action.PREVIOUS: box.previous,
        }
        return named.get(action) or box.beside[action]

    def title(self, head: Any) -> str:
        return str(head.button.text())

    def has_picture(self, thumbnail: Any) -> bool:
        return not thumbnail.icon().isNull()

    def has_cover(self, row: Any) -> bool:
        found = row._cover.pixmap()
        return found is not None and not found.isNull()

    def is_best(self, thumbnail: Any) -> bool:
        return self._is_marked(thumbnail, FRAME)

    def is_kept(self, thumbnail: Any) -> bool:
        return self._is_marked(thumbnail, thumbnail.width() - line(thumbnail) - FRAME)

    def _is_marked(self, thumbnail: Any, left: int) -> bool:
        """In the upper corner that begins there."""
        seen = thumbnail.grab().toImage().pixelColor(left + 1, FRAME + 1)
        marked = thumbnail.palette().color(QPalette.ColorRole.Highlight)
        return bool(seen.rgb() == marked.rgb())


@pytest.fixture(scope="session")
def application() -> QApplication:
    return QApplication.instance() or QApplication(["tests"])


@pytest.fixture
def open_desk(application: QApplication) -> Iterator[OpenDesk]:
    desks: list[QtDesk] = []

    def opened(
        width: int = 300, translations: Translations | None = None, *, mirrored: bool = False
    ) -> Desk:
        told = Told()
        view = PanelView(translations or Translations(), leave=told.leave)
        told.listen(view)
        if mirrored:
            view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        view.resize(width, HEIGHT)
        view.show()
        desks.append(QtDesk(application, view, told))
        return desks[-1]

    yield opened
    for each in desks:
        each.close()


@pytest.fixture
def draw(application: QApplication) -> Callable[[Pixels, int], Drawn]:
    return lambda pixels, side: Drawn(image_of(pixels, side))
