from __future__ import annotations

import errno
from pathlib import Path

import pytest

from velatura_plugin.launcher.sandbox import command_outside, is_confined, was_forbidden


def test_a_flatpak_and_a_snap_are_known_by_what_they_set_up(tmp_path: Path) -> None:
    info = tmp_path / ".flatpak-info"
    assert not is_confined({"HOME": "/home/u"}, info)
    assert is_confined({"SNAP_NAME": "krita"}, info)
    info.touch()
    assert is_confined({}, info)


def test_what_to_type_outside() -> None:
    snap = Path("/home/u/snap/krita/7/.local/share/velatura")
    assert command_outside(None, snap) == f"velatura serve --stay --data-dir {snap}"


@pytest.mark.parametrize(
    ("system", "error", "exit_code", "is_so"),
    [
        ("darwin", errno.EPERM, None, True),
        ("darwin", None, -9, True),
        ("darwin", errno.ENOENT, None, False),
        ("darwin", errno.EACCES, None, False),
        ("darwin", None, -11, False),
        ("darwin", None, 9, False),
        ("darwin", None, 3, False),
        ("linux", errno.EPERM, None, False),
        ("linux", None, -9, False),
        ("win32", errno.EPERM, None, False),
        ("win32", None, 9, False),
    ],
)
def test_a_start_that_macos_does_not_allow(
    system: str, error: int | None, exit_code: int | None, is_so: bool
) -> None:
    assert was_forbidden(system, error=error, exit_code=exit_code) is is_so
