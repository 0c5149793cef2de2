"""One walk through the panel in the real GIMP: what it looks at, clicks and notes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hosts.gimp.inside import hands, keys
from velatura_plugin.client.events import Link
from velatura_plugin.host.gimp.gi_names import Gimp, Gio
from velatura_plugin.host.gimp.gi_ui import Gtk
from velatura_plugin.host.gimp.panel import PanelProcess
from velatura_plugin.ui.gtk.buttons import ActionButton
from velatura_plugin.ui.gtk.panel import PanelView
from velatura_plugin.ui.model import Action
from velatura_protocol.geometry import Rect

PHOTO = Path(__file__).parents[4] / "installer/demo/photo.png"
TOWER = Rect(425, 108, 50, 165)
_QUIET_TICKS = 5
_AGAIN_SECONDS = 5.0


class Visit:
    def __init__(self, driver, window) -> None:
        self._driver = driver
        self.window = window
        self._windows: dict[int, hands.Window] = {}
        self.result = driver.result
        self.shots = Path(os.environ["VELATURA_DRIVE_SHOTS"])
        self.orders = Path(os.environ.get("VELATURA_DRIVE_ORDERS", "/nowhere"))

    # -- what there is -----------------------------------------------------------------------------

    @property
    def process(self) -> PanelProcess:
        return self.window.leave.__self__

    @property
    def view(self) -> PanelView:
        """The language may have been changed, and the view with it."""
        return next(each for each in _all_in(self.window) if isinstance(each, PanelView))

    @property
    def state(self):
        return self.process.app.controller.state

    @property
    def jobs(self):
        return self.state.jobs

    @property
    def notes(self) -> dict:
        return self._driver.notes

    @property
    def notice(self) -> str:
        return self.view.notice.text.get_text() if self.view.notice.get_visible() else ""

    @property
    def word(self) -> str:
        return self.view.status.shown_word()

    @property
    def reasons(self) -> str:
        return self.view.reasons.get_text() if self.view.reasons.get_visible() else ""

    @property
    def strip(self):
        (found,) = (each for each in self.view.pile.boxes if each.get_visible())
        return found

    def image(self) -> Gimp.Image:
        """The one in front."""
        document = self.state.document
        return self.process._host.images.get(document.id).image

    def note(self, name: str, **seen: object) -> None:
        self._driver.note(name, **seen)

    # -- what is waited for ------------------------------------------------------------------------

    def online(self) -> bool:
        return self.state.link.link is Link.ONLINE and bool(self.state.engines)

    def all_ended(self) -> bool:
        return all(each.status.is_end for each in self.jobs)

    def staged(self) -> bool:
        return bool(self.jobs) and self.all_ended() and any(each.is_staging for each in self.jobs)

    def settled(self) -> Callable[[], bool]:
        """Drawn, and nothing left to do for some turns of the main loop."""
        quiet = 0

        def is_so() -> bool:
            nonlocal quiet
            quiet = 0 if Gtk.events_pending() else quiet + 1
            return quiet > _QUIET_TICKS

        return is_so

    # -- what is done ------------------------------------------------------------------------------

    def order(self, what: str) -> Iterator[object]:
        """Of whoever runs the backend: it lives outside of GIMP's root."""
        wanted = self.orders / what
        wanted.touch()
        yield lambda: not wanted.exists()

    def shoot(self, name: str) -> Iterator[object]:
        Gimp.displays_flush()
        self.window.get_window().raise_()
        yield self.settled()
        wanted = self.shots / name
        wanted.touch()
        yield lambda: not wanted.exists()

    def open_photo(self, name: str) -> Gimp.Image:
        image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(PHOTO)))
        image.set_file(Gio.File.new_for_path(f"/tmp/{name}.xcf"))
        self._windows[image.get_id()] = hands.Window(image, Gimp.Display.new(image))
        return image

    def close(self, image: Gimp.Image) -> None:
        """One that was opened here."""
        hands.close(self._windows.pop(image.get_id()))

    def select(self, image: Gimp.Image, area: Rect, scale: int = 1) -> Iterator[object]:
        """As if it were drawn, waited for until the panel has seen it."""
        wanted = Rect(*(scale * each for each in (area.x, area.y, area.width, area.height)))
        hands.select(image, wanted, None)
        Gimp.displays_flush()
        yield lambda: self.state.document is not None and self.state.document.selected == wanted

    def click(self, widget: Gtk.Widget) -> Iterator[object]:
        """With the pointer, on the middle of it, where that can be seen."""
        yield lambda: widget.get_mapped() and widget.get_sensitive()
        # A window manager would keep it over GIMP's; here is none.
        self.window.get_window().raise_()
        self._scroll_to(widget)
        yield self.settled()
        area = widget.get_allocation()
        x, y = widget.translate_coordinates(self.window, area.width // 2, area.height // 2)
        _, left, top = self.window.get_window().get_origin()
        keys.click(left + x, top + y)
        yield self.settled()

    def button(self, action: Action) -> ActionButton:
        found = [
            each
            for each in _all_in(self.view)
            if isinstance(each, ActionButton)
            and each.get_mapped()
            and each.control is not None
            and each.control.action is action
        ]
        assert found, action
        return found[0]

    def tool(self, action: Action):
        (found,) = (
            each for each in self.view.tools.buttons
            if each.get_mapped() and each.control and each.control.action is action
        )  # fmt: skip
        return found

    def press(self, chord: str, done: Callable[[], object]) -> Iterator[object]:
        """In GIMP's own window, until ``done``. A key may be lost there while it is busy."""
        yield keys.image_window
        keys.press(chord)
        again = time.monotonic() + _AGAIN_SECONDS

        def is_done() -> bool:
            nonlocal again
            if done():
                return True
            if time.monotonic() > again:
                keys.press(chord)
                again = time.monotonic() + _AGAIN_SECONDS
            return False

        yield is_done

    def type_prompt(self, text: str) -> Iterator[object]:
        prompt = self.view.form.main.row("prompt").editor.text
        yield from self.click(prompt)
        self._focus()
        yield prompt.has_focus
        keys.type_text(text)
        yield lambda: prompt.text() == text

    def _focus(self) -> None:
        xid = self.window.get_window().get_xid()
        keys.run("windowfocus", "--sync", xid)

    def _scroll_to(self, widget: Gtk.Widget) -> None:
        bar = self.view.get_vadjustment()
        place = widget.translate_coordinates(self.view.body, 0, 0)
        if place is None:
            return
        top, height = place[1], widget.get_allocation().height
        if top < bar.get_value():
            bar.set_value(top)
        elif top + height > bar.get_value() + bar.get_page_size():
            bar.set_value(top + height - bar.get_page_size())

    def edit(self, field: str, value: object) -> None:
        """What a row of the form would report."""
        self.process._panel.edit(field, value)


def layers(image: Gimp.Image) -> list[str]:
    return list(hands.layer_names(image))


def _all_in(widget: Gtk.Widget) -> Iterator[Gtk.Widget]:
    yield widget
    if isinstance(widget, Gtk.Container):
        for each in widget.get_children():
            yield from _all_in(each)
