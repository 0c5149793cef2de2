"""Keys and clicks by the X server, as from a keyboard and a mouse, in whichever process."""

from __future__ import annotations

import subprocess

IMAGE_WINDOW = "GIMP$"
"""At the end of the titles of windows with pictures, and of no others."""
SCREEN = (1600, 1000)
_SECONDS = 20.0


def run(*words: object) -> str:
    command = ["xdotool", *map(str, words)]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=_SECONDS
    ).stdout


def windows(title: str) -> list[str]:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", title], capture_output=True, text=True
    )
    return found.stdout.split()


def image_window() -> str:
    """GIMP's own; empty where it has none yet."""
    found = windows(IMAGE_WINDOW)
    return found[-1] if found else ""


def arrange() -> bool:
    """Over the whole screen: without a window manager nobody else sees to it. Whether it is so."""
    window = image_window()
    if not window:
        return False
    found = run("getwindowgeometry", "--shell", window).split()
    width, height = SCREEN
    if {"X=0", "Y=0", f"WIDTH={width}", f"HEIGHT={height}"} <= set(found):
        return True
    run("windowmove", window, 0, 0)
    run("windowsize", window, *SCREEN)
    return False


def press(keys: str, title: str = IMAGE_WINDOW) -> None:
    found = windows(title)
    assert found, f"no window is called {title}"
    run("windowfocus", "--sync", found[-1])
    run("key", "--clearmodifiers", keys)


def type_text(text: str) -> None:
    """Into whatever has the focus."""
    run("type", "--clearmodifiers", "--delay", "30", text)


def click(x: int, y: int) -> None:
    # Without waiting for the move, which may have been made already and is never seen then.
    run("mousemove", x, y, "click", 1)
