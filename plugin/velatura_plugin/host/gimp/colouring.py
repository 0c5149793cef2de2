# pyright: standard
"""Profiles from picture to picture."""

from __future__ import annotations

from .gi_names import Gimp


def share_profile(source: Gimp.Image, made: Gimp.Image) -> None:
    """``made`` is new, and becomes one of the same colours."""
    profile = source.get_color_profile()
    if profile is not None:
        made.set_color_profile(profile)
        # GIMP's bar says that it does so, and would as long as this process lives.
        Gimp.progress_end()
