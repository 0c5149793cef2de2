# pyright: standard
"""Layers that another process has staged, or that were staged when the picture was saved.

As long as they are there they are treated like what is staged now: the next job must not take them
for the picture. The panel takes them away: nobody decides about them any more, and the backend
still has the results that were in them.
"""

from __future__ import annotations

from .gi_names import Gimp
from .provenance import PREFIX, preview_job
from .tree import walked


def left_in(image: Gimp.Image) -> dict[str, Gimp.Layer]:
    """By their jobs. One that the user has unlocked or renamed is the user's."""
    found: dict[str, Gimp.Layer] = {}
    for layer, _ in walked(image):
        if layer.get_name().startswith(PREFIX) and layer.get_lock_content():
            job = preview_job(layer)
            if job:
                found.setdefault(job, layer)
    return found
