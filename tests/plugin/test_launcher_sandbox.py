from __future__ import annotations

from pathlib import Path

from velatura_plugin.launcher_sandbox import command_outside, is_confined


def test_a_flatpak_and_a_snap_are_known_by_what_they_set_up(tmp_path: Path) -> None:
    info = tmp_path / ".flatpak-info"
    assert not is_confined({"HOME": "/home/u"}, info)
    assert is_confined({"SNAP_NAME": "krita"}, info)
    info.touch()
    assert is_confined({}, info)


def test_what_to_type_outside() -> None:
    snap = Path("/home/u/snap/krita/7/.local/share/velatura")
    assert command_outside(None, snap) == f"velatura serve --stay --data-dir {snap}"
