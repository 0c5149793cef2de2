"""What is of Qt alone."""

from __future__ import annotations

import pytest

from tests.contracts.panel.desk import Desk, Key
from tests.contracts.panel.forms import editor, prompt
from tests.contracts.panel.gallery_checks import NAMES, gallery, shown
from tests.contracts.panel.strip_checks import JOB, strip
from tests.hosts import samples
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.ui.model import Action
from velatura_plugin.ui.qt.compat import QEvent, Qt
from velatura_plugin.ui.qt.images import image_of
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels


def test_a_notice_is_plain_text(desk: Desk) -> None:
    view = desk.show(samples.ERROR)
    assert view.notice.text.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize(("typed", "value"), [("99", 9), ("-3", 3)])
def test_what_would_leave_the_range_cannot_be_typed(desk: Desk, typed: str, value: int) -> None:
    spin = editor(desk, samples.VARIATIONS).widget
    desk.retype(spin, typed)
    desk.press(spin, Key.ENTER)
    assert desk.text(spin) == str(value)
    assert desk.told.edits == ([] if value == 3 else [("variations", value)])


def test_letters_that_follow_one_another_are_one_name(desk: Desk) -> None:
    found = shown(desk, gallery("0"))
    desk.gallery.begin(found)
    QTest.keyClicks(desk.focused(), "pas")
    assert desk.told.edits[-1] == ("parameter:style", str(NAMES.index("Pastel")))


def test_shortcuts_of_the_editor_do_not_reach_through_a_text(desk: Desk) -> None:
    assert_kept(desk, prompt(desk))


def test_shortcuts_of_the_editor_do_not_reach_through_a_gallery(desk: Desk) -> None:
    assert_kept(desk, shown(desk, gallery()).list)


def assert_kept(desk: Desk, widget: object) -> None:
    override = QEvent(QEvent.Type.ShortcutOverride)
    override.ignore()
    assert desk.view._shield.eventFilter(widget, override)
    assert override.isAccepted()


@pytest.mark.parametrize("depth", Depth)
def test_pictures_are_as_large_as_there_is_room(depth: Depth) -> None:
    size, form = Size(700, 350), PixelFormat(depth, Layout.RGBA)
    image = image_of(Pixels(size, form, bytes(form.byte_count(size))), 128)
    assert image.width() == 128
    assert abs(image.height() - 64) <= 1


def test_a_button_that_went_while_it_was_held_can_be_held_again(desk: Desk) -> None:
    box = strip(desk)
    desk.hold(box.compare)
    desk.show(samples.IDLE)
    desk.let_go(box.compare)
    assert desk.told.actions == [(Action.COMPARE, JOB)]
    strip(desk)
    desk.hold(box.compare)
    assert desk.told.actions == [(Action.COMPARE, JOB)] * 2
