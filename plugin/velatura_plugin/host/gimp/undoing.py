# pyright: standard
"""Changes that are one step of the user's history, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .gi_names import Gimp


@contextmanager
def one_step(image: Gimp.Image) -> Iterator[None]:
    """Never across a turn of the main loop: the user's own edits would become part of it."""
    image.undo_group_start()
    try:
        yield
    finally:
        image.undo_group_end()


@contextmanager
def no_step(image: Gimp.Image) -> Iterator[None]:
    """The history stays as it is. For what is taken away again in the same manner: steps that are
    in it know nothing of what was there meanwhile."""
    image.undo_freeze()
    try:
        yield
    finally:
        image.undo_thaw()


@contextmanager
def same_selected_layers(image: Gimp.Image) -> Iterator[None]:
    """Inserting a layer selects it, in place of other layers or of channels. Those that are gone
    afterwards are not selected again."""
    layers, channels = image.get_selected_layers(), image.get_selected_channels()
    try:
        yield
    finally:
        there = [each for each in layers if each.is_valid()]
        if there:
            image.set_selected_layers(there)
        elif channels:
            image.set_selected_channels([each for each in channels if each.is_valid()])
