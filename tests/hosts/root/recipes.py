"""The roots: which release of Debian each is, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """What a root is made of. Packages are added without their recommendations.

    :ivar release: what debootstrap is asked for
    :ivar overlay: a release on top of it, from which ``packages`` are taken where it has them
    :ivar patience: times as long as others its programs may take
    """

    name: str
    release: str
    packages: tuple[str, ...]
    overlay: str = ""
    patience: float = 1.0


_DISPLAY = ("xvfb", "xdotool", "fonts-dejavu-core")

TRIXIE = Recipe(
    "trixie",
    "trixie",
    # python3-pyqt5 is only a recommendation of krita, but no Python plug-in loads without it.
    (
        *("krita", "python3-pyqt5", "python3-pyqt5.sip"),
        *("gimp", "gir1.2-gimp-3.0", "python3-gi"),
        # For pages that attack the backend: tests/hosts/browser.
        "chromium-headless-shell",
        *_DISPLAY,
    ),
)
EXPERIMENTAL = Recipe(
    "experimental",
    "sid",
    # Without qt6-svg-plugins Krita has no icons.
    ("krita", "python3-pyqt6", "python3-pyqt6.sip", "qt6-svg-plugins", *_DISPLAY),
    overlay="experimental",
    # Krita 6 takes longer to open and close a document, with everything drawn by software.
    patience=3.0,
)
FORKY = Recipe("forky", "forky", ("gimp", "gir1.2-gimp-3.0", "python3-gi", *_DISPLAY), patience=1.5)
"""GIMP 3.2, and Python 3.14."""

RECIPES = {each.name: each for each in (TRIXIE, EXPERIMENTAL, FORKY)}
