"""Stopping between steps over large arrays: all of it goes in bands, see ``imaging.banded``."""

from __future__ import annotations

from ....imaging.banded import Check, unchecked

__all__ = ["Check", "unchecked"]
