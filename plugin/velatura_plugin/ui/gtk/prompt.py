# pyright: standard
"""The prompt: a few lines of text with a past."""

from __future__ import annotations

from collections.abc import Callable

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..form.prompt_history import PromptHistory
from ..model import Field
from ..strip_actions import Key
from .editors import Editor
from .keys import is_alone, is_held_with, key_of
from .measures import LEAST_TARGET, SPACING
from .texts import column
from .toolkit import Gdk, Gtk
from .wheel import scroll_on_at_ends
from .wiring import connect, intercept

LINES = 3
GRIP_HEIGHT = 9
GRIP_WIDTH = 36
_GENERATING = Gdk.ModifierType.SHIFT_MASK | Gdk.ModifierType.CONTROL_MASK


class PromptText(Gtk.TextView):
    """Up in the first line and down in the last go through earlier prompts. Shift or Ctrl with
    Enter generates."""

    def __init__(self, submit: Callable[[], None]) -> None:
        super().__init__(
            visible=True, accepts_tab=False, wrap_mode=Gtk.WrapMode.WORD_CHAR,
            left_margin=SPACING, right_margin=SPACING, top_margin=4, bottom_margin=4,
        )  # fmt: skip
        self.past = PromptHistory()
        self.is_replacing = False
        self._submit = submit
        intercept(self, "key-press-event", self._take)

    def text(self) -> str:
        start, end = self.get_buffer().get_bounds()
        return str(self.get_buffer().get_text(start, end, True))

    def replace(self, text: str) -> None:
        """One change, where GTK takes the old text away before it puts the new one there."""
        self.is_replacing = True
        self.get_buffer().set_text(text)
        self.is_replacing = False
        self.get_buffer().emit("changed")

    def _take(self, event: Gdk.EventKey) -> bool:
        """Whether the key was for us."""
        key = key_of(event)
        if key is Key.ENTER and is_held_with(event, _GENERATING):
            self._submit()
            return True
        if key not in (Key.UP, Key.DOWN) or not is_alone(event):
            return False
        start, end = self.get_buffer().get_bounds()
        if not self._is_in_line_of(start if key is Key.UP else end):
            return False
        text = self.past.go(1 if key is Key.UP else -1, self.text())
        if text is None:
            return False
        self.replace(text)
        return True

    def _is_in_line_of(self, place: Gtk.TextIter) -> bool:
        """The cursor is: lines as they are wrapped, not as they are written."""
        cursor = self.get_buffer().get_iter_at_mark(self.get_buffer().get_insert())
        return bool(self.get_iter_location(cursor).y == self.get_iter_location(place).y)


class PromptEditor(Editor):
    is_wide = True

    def __init__(self, report: Report, submit: Callable[[], None]) -> None:
        self.text = PromptText(submit)
        # A text view has no placeholder of its own.
        self.placeholder = Gtk.Label(
            visible=True, xalign=0, yalign=0, wrap=True, valign=Gtk.Align.START, margin=5,
            max_width_chars=1, halign=Gtk.Align.FILL,
        )  # fmt: skip
        self.placeholder.get_style_context().add_class("dim-label")
        self.frame = Gtk.ScrolledWindow(
            visible=True, shadow_type=Gtk.ShadowType.IN, hscrollbar_policy=Gtk.PolicyType.NEVER
        )
        self.frame.add(self.text)
        scroll_on_at_ends(self.frame)
        over = Gtk.Overlay(visible=True)
        over.add(self.frame)
        over.add_overlay(self.placeholder)
        over.set_overlay_pass_through(self.placeholder, True)
        self.grip = Grip(self.frame, self.least_height)
        super().__init__(column(over, self.grip, spacing=0), report, self.text)
        self.text.set_size_request(-1, -1)
        connect(self.text.get_buffer(), "changed", self._typed)

    def least_height(self) -> int:
        # One that nothing can be written into needs no room to write.
        is_usable = self._field is None or self._field.enabled
        height = self.text.create_pango_layout("Ag").get_pixel_size()[1]
        return max(LEAST_TARGET, (LINES if is_usable else 1) * height + 10)

    def configure(self, field: Field) -> None:
        self.placeholder.set_text(field.placeholder or field.label)
        self.text.past.entries = tuple(each.label for each in field.options)
        self.grip.set_visible(field.enabled)
        self.grip.fit()

    def write(self, value: ParameterValue) -> None:
        if self.text.text() != value:
            self.text.replace(str(value))
        self.placeholder.set_visible(not value)

    def _typed(self) -> None:
        if self.text.is_replacing:
            return
        text = self.text.text()
        self.text.past.typed(text)
        self.placeholder.set_visible(not text)
        self.edited(text)


class Grip(Gtk.EventBox):
    """Pulls what is over it taller."""

    def __init__(self, frame: Gtk.Widget, least: Callable[[], int]) -> None:
        super().__init__()
        self._frame, self._least = frame, least
        self._from, self._height = 0.0, 0
        mark = Gtk.Separator(visible=True, halign=Gtk.Align.CENTER, valign=Gtk.Align.CENTER)
        mark.set_size_request(GRIP_WIDTH, 1)
        self.add(mark)
        self.set_size_request(-1, GRIP_HEIGHT)
        self.add_events(Gdk.EventMask.BUTTON_PRESS_MASK | Gdk.EventMask.BUTTON1_MOTION_MASK)
        intercept(self, "button-press-event", self._pressed)
        intercept(self, "motion-notify-event", self._moved)
        connect(self, "realize", self._show_what_it_does)

    def fit(self) -> None:
        """As tall as it has to be, or has been pulled."""
        self._frame.set_size_request(-1, max(self._height, self._least()))

    def pull(self, height: int) -> None:
        self._height = max(height, self._least())
        self.fit()

    def _show_what_it_does(self) -> None:
        cursor = Gdk.Cursor.new_from_name(self.get_display(), "ns-resize")
        self.get_window().set_cursor(cursor)

    def _pressed(self, event: Gdk.EventButton) -> bool:
        self._from = event.y_root - self._frame.get_allocated_height()
        return True

    def _moved(self, event: Gdk.EventMotion) -> bool:
        self.pull(round(event.y_root - self._from))
        return True
