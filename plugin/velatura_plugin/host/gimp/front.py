# pyright: standard
"""Which picture the user works in. GIMP tells no plug-in, and has nothing that could be asked.

It is the one that the latest command came from, that was chosen in the panel, that was opened last,
or in which the selection or the selected layers have changed since the last look.
"""

from __future__ import annotations

from dataclasses import dataclass

from .gi_names import Gimp
from .opened import OpenImages
from .provenance import is_result

_Trace = tuple[object, ...]
_STAYS = 2
"""Looks that a new picture has to be there for: other plug-ins make some for a moment, as GIMP does
itself where it exports one."""


@dataclass(frozen=True)
class Picture:
    """One of those that are open."""

    id: str
    name: str


class Front:
    """Looks at all open pictures several times a second: two calls for each."""

    def __init__(self, images: OpenImages) -> None:
        self._images = images
        self._traces: dict[int, _Trace] = {}
        self._ages: dict[int, int] = {}
        self._has_looked = False

    def look(self) -> None:
        there = {each.get_id(): each for each in Gimp.get_images()}
        before, self._traces = self._traces, {key: _trace(each) for key, each in there.items()}
        self._ages = {key: self._ages.get(key, 0) + 1 for key in there}
        if not self._has_looked:
            self._has_looked = True
            self._ages = dict.fromkeys(there, _STAYS)
            return
        moved = [key for key, trace in self._traces.items() if _has_moved(before.get(key), trace)]
        new = [key for key, age in self._ages.items() if age == _STAYS and not _is_ours(there[key])]
        for key in (*moved, *new)[-1:]:
            self._images.bring_to_front(there[key])

    def choose(self, picture: str) -> None:
        """One of :meth:`pictures` by its id; nothing happens where it is closed by now."""
        for each in Gimp.get_images():
            if self._images.of(each).id == picture:
                self._images.bring_to_front(each)

    def pictures(self) -> tuple[Picture, ...]:
        """Those that are open, in the order they were opened in."""
        there = sorted(Gimp.get_images(), key=lambda each: each.get_id())
        return tuple(Picture(self._images.of(each).id, each.get_name()) for each in there)


def _has_moved(before: _Trace | None, trace: _Trace) -> bool:
    return before is not None and before != trace


def _trace(image: Gimp.Image) -> _Trace:
    """What only the user changes: what we place selects no layer, and what we drop is dropped in
    the picture that is in front."""
    _, is_any, *bounds = Gimp.Selection.bounds(image)
    selected = tuple(each.get_id() for each in image.get_selected_layers())
    return tuple(bounds) if is_any else (), selected


def _is_ours(image: Gimp.Image) -> bool:
    """A result that was accepted as a picture of its own: the user goes on in the other one."""
    layers = image.get_layers()
    return bool(layers) and all(is_result(each) for each in layers)
