# pyright: standard
"""The staging strip: thumbnails, and what can be done with the one that the canvas shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..arranging import reasons_of
from ..chrome import Chrome
from ..model import Action, Control, Strip
from ..strip_actions import AskJob, Choose, Key, StripActions, strip_action
from .buttons import ActionButton, MenuButton
from .flow import Flow
from .keys import is_alone, key_of
from .question import Question
from .signs import SignButton
from .texts import column, describe, line, row, say, words
from .thumbnail import ThumbnailButton
from .toolkit import Gdk, Gtk
from .wiring import connect, intercept


class HoldButton(ActionButton):
    """Asks when it is pressed and again when it is let go."""

    def __init__(self, ask: Callable[[Action], None]) -> None:
        super().__init__(lambda _action: None, grows=True)
        self._hold = ask
        self._is_held = False
        connect(self, "pressed", lambda: self.hold(True))
        connect(self, "released", lambda: self.hold(False))
        connect(self, "unmap", lambda: self.hold(False))
        intercept(self, "key-press-event", lambda event: self._take(event, held=True))
        intercept(self, "key-release-event", lambda event: self._take(event, held=False))

    def hold(self, held: bool) -> None:
        """What is held is let go once, whatever happens meanwhile."""
        if held != self._is_held and (self.get_sensitive() or self._is_held):
            self._is_held = held
            self._hold(Action.COMPARE)

    def forget(self) -> None:
        """Of what was compared nothing is left."""
        self._is_held = False

    def _take(self, event: Gdk.EventKey, *, held: bool) -> bool:
        is_ours = key_of(event) in (Key.SPACE, Key.ENTER) and is_alone(event)
        if is_ours:
            self.hold(held)
        return is_ours


class StripBox(Gtk.Box):
    """Left and right step, Enter accepts, Delete discards one, Space held compares."""

    def __init__(self, ask: AskJob, choose: Choose, chrome: Chrome) -> None:
        super().__init__()
        self.thumbnails: list[ThumbnailButton] = []
        self._hands = hands = StripActions(ask, choose)
        self._title, self._failures, self._reasons = words(), words(), words()
        self._shelf = Flow(visible=True)
        describe(self._shelf, chrome.variations)
        self.position = line()
        self.previous = SignButton(hands.ask, flat=False)
        self.next = SignButton(hands.ask, flat=False)
        self.compare = HoldButton(hands.ask)
        self.beside = {
            action: ActionButton(hands.ask, grows=action is not Action.MORE)
            for action in (Action.ACCEPT, Action.ACCEPT_COPY, Action.ACCEPT_ALL, Action.MORE)
        }
        self.discard = ActionButton(hands.ask, grows=True)
        self.discard_menu = MenuButton(self._discard, chrome.also)
        self.question = Question(chrome.keep, lambda: self._hands.ask(Action.DISCARD_ALL))
        self._arrange()

    def display(self, strip: Strip | None) -> None:
        before = self._hands.strip
        if strip == before:
            return
        if strip is None or before is None or strip.job != before.job:
            self.question.hide()
            self.compare.forget()
        self._hands.strip = strip
        self.set_visible(strip is not None)
        if strip is not None:
            self._display(strip)

    def _display(self, strip: Strip) -> None:
        say(self._title, strip.title)
        say(self._failures, strip.failures)
        say(self.position, strip.position)
        self._display_thumbnails(strip)
        self._display_controls({each.action: each for each in strip.controls})
        say(self._reasons, reasons_of(strip.controls))

    def labels(self) -> list[Gtk.Label]:
        """A key alone is no way to hold one down: comparing has the space bar."""
        buttons = (*self.beside.values(), self.discard)
        return [each.label for each in buttons if each.get_visible()]

    def fold(self, strip: Strip | None) -> None:
        """Shows nothing. ``strip`` goes on without it, so that what is held is let go."""
        shown = self._hands.strip
        if strip is not None and shown is not None and strip.job == shown.job:
            self.compare.hold(False)
        self.display(None)

    def _take(self, event: Gdk.EventKey) -> bool:
        is_rtl = self.get_direction() == Gtk.TextDirection.RTL
        action = strip_action(key_of(event), is_rtl=is_rtl)
        if action is None or not is_alone(event):
            return False
        is_pressed = event.type == Gdk.EventType.KEY_PRESS
        if action is Action.COMPARE:
            self.compare.hold(is_pressed)
        elif is_pressed and self._hands.can(action):
            self._hands.ask(action)
        return True

    def _discard(self, action: Action) -> None:
        first = self._hands.asked_first(action)
        if first is not None and self._hands.strip is not None:
            self.question.ask(self._hands.strip.discard_question, first)
        else:
            self._hands.ask(action)

    def _display_thumbnails(self, strip: Strip) -> None:
        while len(self.thumbnails) < len(strip.thumbnails):
            button = ThumbnailButton(self._hands.choose)
            intercept(button, "key-press-event", self._take)
            intercept(button, "key-release-event", self._take)
            self.thumbnails.append(button)
            self._shelf.add(button)
        for index, button in enumerate(self.thumbnails):
            button.set_visible(index < len(strip.thumbnails))
            if index < len(strip.thumbnails):
                button.display(strip.thumbnails[index])

    def _display_controls(self, controls: Mapping[Action, Control]) -> None:
        for action, button in self.beside.items():
            button.display(controls.get(action))
        self.previous.display(controls.get(Action.PREVIOUS))
        self.next.display(controls.get(Action.NEXT))
        self.compare.display(controls.get(Action.COMPARE))
        self.discard.display(controls.get(Action.DISCARD))
        rest = (Action.DISCARD, Action.DISCARD_ALL)
        self.discard_menu.display(tuple(controls[each] for each in rest if each in controls))

    def _arrange(self) -> None:
        discarding = row(self.discard, self.discard_menu, grows=self.discard, spacing=0)
        discarding.get_style_context().add_class("linked")
        discarding.set_hexpand(True)
        beside = self.beside
        inner = column(
            self._title, self._shelf, self._failures,
            _flowing(self.previous, self.position, self.next, self.compare),
            _flowing(beside[Action.ACCEPT], beside[Action.ACCEPT_COPY]),
            _flowing(discarding, beside[Action.ACCEPT_ALL]),
            _flowing(beside[Action.MORE]),
            self.question, self._reasons,
        )  # fmt: skip
        inner.show()
        self.pack_start(inner, True, True, 0)


def _flowing(*children: Gtk.Widget) -> Flow:
    flow = Flow(visible=True)
    for each in children:
        flow.add(each)
    return flow
