"""Krita 5.2 and later as a host. Imports Krita's own module, so only inside of Krita."""

from __future__ import annotations

from .adapter import KritaHost

__all__ = ["KritaHost"]
