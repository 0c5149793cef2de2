# pyright: standard
"""Signals and timers whose handlers cannot raise into GTK."""

from __future__ import annotations

from collections.abc import Callable

from ..guard import guarded, returning
from .toolkit import GLib, GObject


def connect(source: GObject.Object, signal: str, slot: Callable[[], object]) -> None:
    """``slot`` gets no arguments, and what it returns is not looked at."""
    run = guarded(slot)

    def called(*_given: object) -> None:
        run()

    source.connect(signal, called)


def intercept(source: GObject.Object, signal: str, taken: Callable[..., bool]) -> None:
    """``taken`` gets the event, and says whether it goes no further."""
    run = returning(False)(taken)
    source.connect(signal, lambda _source, event: run(event))


def after(milliseconds: int, slot: Callable[[], bool]) -> int:
    """Again and again while ``slot`` says so; a source to be removed by its id."""
    return int(GLib.timeout_add(milliseconds, returning(False)(slot)))


def soon(slot: Callable[[], object]) -> int:
    """Once, when there is nothing more urgent to do."""
    run = guarded(slot)

    def called() -> bool:
        run()
        return False

    return int(GLib.idle_add(called))
