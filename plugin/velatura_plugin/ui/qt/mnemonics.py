"""Texts as Qt's buttons, labels and menus take them."""

from __future__ import annotations


def plain(text: str) -> str:
    """Qt takes an ampersand for a mnemonic."""
    return text.replace("&", "&&")
