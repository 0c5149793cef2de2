from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from installer.bundle import MANIFEST, Contents
from installer.placing import Placed


def contents(version: str) -> Contents:
    return {
        PurePosixPath("velatura.desktop"): b"desktop " + version.encode(),
        PurePosixPath("velatura.action"): b"action " + version.encode(),
        PurePosixPath("velatura", MANIFEST): b'{"version": "%b", "digest": "d%b"}'
        % (version.encode(), version.encode()),
        PurePosixPath("velatura/packages/inner", f"only_in_{version}.py"): b"",
    }


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_krita_finds_each_file_where_it_looks(tmp_path: Path) -> None:
    placed = Placed(tmp_path / "krita")
    assert (placed.version(), placed.digest()) == (None, None)
    placed.put(contents("1"))
    assert set(tree(tmp_path / "krita")) == {
        "actions/velatura.action",
        "pykrita/velatura.desktop",
        f"pykrita/velatura/{MANIFEST}",
        "pykrita/velatura/packages/inner/only_in_1.py",
    }
    assert (placed.version(), placed.digest()) == ("1", "d1")


def test_a_newer_one_leaves_nothing_of_the_older(tmp_path: Path) -> None:
    placed, fresh = Placed(tmp_path / "a"), Placed(tmp_path / "b")
    placed.put(contents("1"))
    placed.put(contents("2"))
    fresh.put(contents("2"))
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


class Interrupted(BaseException):
    """Ctrl-C, or the power."""


def test_interrupted_anywhere_it_is_old_or_new_and_can_be_put_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each step that changes the disk, until one is not reached any more."""
    for step in range(100):
        placed = Placed(tmp_path / str(step))
        placed.put(contents("1"))
        with monkeypatch.context() as patch:
            left = count_down(patch, step)
            try:
                placed.put(contents("2"))
            except Interrupted:
                assert placed.version() in ("1", "2", None)
        desktop = (tmp_path / str(step) / "pykrita/velatura.desktop").read_bytes()
        assert desktop in (b"desktop 1", b"desktop 2")
        placed.put(contents("2"))
        fresh = Placed(tmp_path / "fresh")
        fresh.put(contents("2"))
        assert tree(tmp_path / str(step)) == tree(tmp_path / "fresh")
        if left():
            return
    raise AssertionError("it takes more than a hundred steps")


def count_down(patch: pytest.MonkeyPatch, steps: int):
    """The step of that number does not happen; returns whether it was never reached."""
    remaining = [steps]

    def counted(original):
        def call(*given, **named):
            remaining[0] -= 1
            if remaining[0] < 0:
                raise Interrupted
            return original(*given, **named)

        return call

    for name in ("rename", "replace", "write_bytes"):
        patch.setattr(Path, name, counted(getattr(Path, name)))
    return lambda: remaining[0] >= 0


def test_an_interruption_can_be_taken_back_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(7):
        placed = Placed(tmp_path / str(step))
        with monkeypatch.context() as patch:
            count_down(patch, step)
            with pytest.raises(Interrupted):
                placed.put(contents("1"))
        placed.remove()
        assert tree(tmp_path / str(step)) == {}
        assert {path.name for path in (tmp_path / str(step)).rglob("*")} <= {"pykrita", "actions"}


def test_a_developers_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "precious.py").touch()
    placed = Placed(tmp_path / "krita")
    for _ in range(2):
        placed.package.parent.mkdir(parents=True, exist_ok=True)
        placed.package.symlink_to(source)
        placed.put(contents("1"))
        assert not placed.package.is_symlink()
        placed.remove()
    placed.package.symlink_to(source)
    placed.remove()
    assert (source / "precious.py").exists()
    assert not placed.package.exists()


def test_a_plugin_without_a_manifest_is_of_an_unknown_version(tmp_path: Path) -> None:
    placed = Placed(tmp_path)
    placed.package.mkdir(parents=True)
    assert (placed.version(), placed.digest()) == ("unknown", "")
